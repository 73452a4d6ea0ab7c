//! Whether the page shows all that is described, and whether what is described hangs together.

use std::collections::BTreeSet;

use super::*;

fn refs<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::Object(object) => {
            found.extend(object.get("$ref").and_then(Value::as_str));
            object.values().for_each(|value| refs(value, found));
        }
        Value::Array(array) => array.iter().for_each(|value| refs(value, found)),
        _ => {}
    }
}

#[test]
fn the_description_is_of_this_version() {
    assert_eq!(parsed()["info"]["version"], env!("CARGO_PKG_VERSION"));
}

#[test]
fn whatever_is_referred_to_is_there_and_whatever_is_there_is_referred_to() {
    let description = parsed();
    let mut found = Vec::new();
    refs(&description, &mut found);
    for pointer in &found {
        let target = pointer.strip_prefix('#').and_then(|pointer| description.pointer(pointer));
        assert!(target.is_some(), "there is no {pointer}");
    }
    let components = description["components"].as_object().expect("there are components");
    for (kind, named) in components.iter().filter(|(kind, _)| *kind != "securitySchemes") {
        for name in named.as_object().expect("components have names").keys() {
            let pointer = format!("#/components/{kind}/{name}");
            assert!(found.contains(&pointer.as_str()), "nothing refers to {pointer}");
        }
    }
}

#[test]
fn every_link_of_the_page_leads_somewhere() {
    let page = page::document(&parsed(), "/prefix").into_string();
    let after = |mark: &str| -> BTreeSet<String> {
        page.split(mark).skip(1).filter_map(|rest| rest.split('"').next()).map(str::to_owned).collect()
    };
    let (ids, links) = (after(" id=\""), after(" href=\""));
    assert!(links.len() > 50, "saw {links:?}");
    for link in &links {
        let is_there = link.strip_prefix('#').map_or(link == "/prefix/api/openapi.json", |id| ids.contains(id));
        assert!(is_there, "{link} leads nowhere");
    }
    assert_eq!(page.matches(" id=\"").count(), ids.len(), "an id stands there twice");
}

#[test]
fn every_call_is_on_the_page() {
    let (description, page) = (parsed(), page::document(&parsed(), "").into_string());
    let operations = [&description["paths"], &description["webhooks"]].into_iter().flat_map(page::entries);
    let operations: Vec<_> = operations.flat_map(|(_, path)| page::entries(path)).collect();
    let named = operations.iter().filter_map(|(_, operation)| operation["operationId"].as_str());
    let named: Vec<_> = named.collect();
    assert!(named.len() > 20, "saw {named:?}");
    for id in named {
        assert!(page.contains(&format!("<h3 id=\"{id}\">")), "{id} is not on the page");
    }
}

#[test]
fn nothing_on_the_page_is_loaded_from_anywhere() {
    let page = page::document(&parsed(), "").into_string();
    for mark in ["<script", " src=", "<link", "url(", "@import", " style="] {
        assert!(!page.contains(mark), "there is {mark}");
    }
}
