//! Scripts and stylesheets without comments and indentation, which are more than a third of the page's weight and for
//! its developers alone.
//!
//! Knows nothing of their languages beyond comments on lines of their own.

/// The text without indentation and what is commented out by whole lines. Those lines stay, empty, so that a browser's console names the
/// same lines as the repository.
///
/// No guess is made: where something else than such a comment may span lines, the text is returned as it is.
pub(super) fn left_out(text: &str) -> String {
    let mut lean = String::with_capacity(text.len());
    let mut in_comment = false;
    for line in text.lines() {
        let mut rest = line;
        loop {
            if in_comment {
                let Some((_, after)) = rest.split_once("*/") else {
                    rest = "";
                    break;
                };
                (in_comment, rest) = (false, after);
            } else if let Some(after) = rest.trim_start().strip_prefix("/*") {
                (in_comment, rest) = (true, after);
            } else {
                break;
            }
        }
        if may_go_on(rest) {
            return text.to_owned();
        }
        let code = rest.trim();
        lean.push_str(if code.starts_with("//") { "" } else { code });
        lean.push('\n');
    }
    if in_comment { text.to_owned() } else { lean }
}

/// Whether the next line may be something else than code or a comment: the rest of a template, a text, or a comment that
/// begins behind code.
fn may_go_on(code: &str) -> bool {
    let comment_open = code.rsplit_once("/*").is_some_and(|(_, comment)| !comment.contains("*/"));
    let commented = code.trim_start().starts_with("//");
    !commented && (code.matches('`').count() % 2 == 1 || code.ends_with('\\') || comment_open)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_on_lines_of_their_own_are_left_out_and_their_lines_stay() {
        let script = "// One idea.\n\n/**\n * A `sum.\n * @returns {number}\n */\nexport function sum() {\n  // Because.\n  return 1; // one\n}\n";
        assert_eq!(left_out(script), "\n\n\n\n\n\nexport function sum() {\n\nreturn 1; // one\n}\n");
        assert_eq!(left_out("/* 1 */\n/* 2\n   3 */ a { }\n  b { }\n"), "\n\na { }\nb { }\n");
        assert_eq!(left_out("/** @type {A} */ (b).c();\n"), "(b).c();\n");
        assert_eq!(left_out("/*/ still */\ncode\n/**/\n"), "\ncode\n\n");
    }

    #[test]
    fn code_is_never_touched() {
        for script in [
            "const url = \"https://example.org\"; // not `closed\nnext();\n",
            "call(/** @type {number} */ count);\n`${one}` + `// two`;\n",
            "const pattern = /[`]/;\n// kept, since the pattern might be a template\n",
            "const lines = `\n// no comment\n`;\n",
            "const text = \"one \\\n// no comment\";\n",
            "call(); /* begins here\n// and ends */ next();\n",
            "accept(\"*/*\");\n// kept\n",
            "code();\n/* never closed\n",
        ] {
            assert_eq!(left_out(script), script);
        }
    }
}
