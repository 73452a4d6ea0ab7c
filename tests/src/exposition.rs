//! The metrics as Prometheus reads them, by a parser that is none of ours. Knows nothing of which series there are.

use std::collections::BTreeMap;

use prometheus_parse::{LineInfo, SampleType, Scrape, Value};

use crate::{http, in_time};

/// What one read of `/metrics` has: each series by its name and its labels in their order, `name{a="x",b="y"}`.
#[derive(Debug)]
pub struct Exposition {
    series: BTreeMap<String, f64>,
}

impl Exposition {
    /// Reads them at that address. Panics where a line is none of Prometheus's format, where a series comes twice, or
    /// lacks its type or its help.
    pub async fn read(address: &str) -> Self {
        let answer = http::request(address, "GET", "/metrics", None, None).await;
        answer.is(200);
        assert_eq!(answer.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
        Self::parse(&answer.text)
    }

    fn parse(text: &str) -> Self {
        let mut kinds = BTreeMap::new();
        for line in text.lines().filter(|line| !line.is_empty()) {
            match LineInfo::parse(line) {
                LineInfo::Type { metric_name, metric_alias, sample_type } => {
                    assert_ne!(sample_type, SampleType::Untyped, "{line}");
                    // The parser calls a histogram by the name of its buckets.
                    let family = metric_alias.unwrap_or(metric_name);
                    assert!(kinds.insert(family, sample_type).is_none(), "a type twice: {line}");
                }
                // The parser skips a sample whose value is none.
                LineInfo::Sample { value, .. } => assert!(value.parse::<f64>().is_ok(), "no number: {line}"),
                LineInfo::Doc { .. } => {}
                LineInfo::Empty | LineInfo::Ignored => panic!("no line of Prometheus's format: {line}"),
            }
        }
        let scrape = Scrape::parse(text.lines().map(|line| Ok(line.to_owned()))).expect("text is read without errors");
        let mut series = BTreeMap::new();
        for sample in scrape.samples {
            let family = ["_sum", "_count"].iter().find_map(|end| sample.metric.strip_suffix(end));
            let family = family.filter(|family| kinds.contains_key(*family)).unwrap_or(&sample.metric);
            assert!(kinds.contains_key(family), "{} has a type", sample.metric);
            assert!(scrape.docs.get(family).is_some_and(|help| !help.is_empty()), "{} has a help", sample.metric);
            let mut labels: Vec<_> = sample.labels.iter().map(|(name, value)| format!("{name}=\"{value}\"")).collect();
            labels.sort_unstable();
            let labels = if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
            let value = match sample.value {
                Value::Counter(value) | Value::Gauge(value) | Value::Untyped(value) => value,
                // Its count stands in a line of its own, too.
                Value::Histogram(buckets) => buckets.last().expect("a histogram has buckets").count,
                Value::Summary(_) => panic!("{} is a summary, which cannot be added up over nodes", sample.metric),
            };
            let name = format!("{}{labels}", sample.metric);
            assert!(value.is_finite() && series.insert(name.clone(), value).is_none(), "{name} = {value}");
        }
        Self { series }
    }

    /// The value of a series, which must be there.
    pub fn value(&self, series: &str) -> f64 {
        let value = self.series.get(series).copied();
        value.unwrap_or_else(|| panic!("there is no {series} in {:#?}", self.series.keys()))
    }

    /// The value of a series that counts, which must be there.
    pub fn count(&self, series: &str) -> u64 {
        let value = self.value(series);
        format!("{value:.0}").parse().unwrap_or_else(|_| panic!("{series} counts nothing: {value}"))
    }

    /// The names and labels of all.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.series.keys().map(String::as_str)
    }
}

/// Waits until that series fulfils that; nothing announces it but itself.
pub async fn until(address: &str, series: &str, is_so: impl Fn(f64) -> bool) -> f64 {
    let reached = async {
        loop {
            let value = Exposition::read(address).await.value(series);
            if is_so(value) {
                return value;
            }
            tokio::task::yield_now().await;
        }
    };
    in_time(format!("{series} to move"), reached).await
}
