//! The page: one text with its style, its script and the lessons in it, and the policy that lets nothing else run.

use super::view::{Described, catalogue};
use crate::figures::style::{DARK, RULES};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use sha2::{Digest, Sha256};

const FRAME: &str = include_str!("page/page.html");
const STYLE: &str = include_str!("page/page.css");
const SCRIPT: &str = include_str!("page/page.js");

/// The page and its policy.
pub struct Page {
    /// The page as HTML.
    pub html: String,
    /// Its Content-Security-Policy.
    pub policy: String,
}

/// What the page knows from the start.
#[derive(Serialize)]
struct Start<'a> {
    lessons: &'a [Described],
    /// The scenario named on the command line, or the one to begin one's own with.
    own: &'a Described,
    /// Open that one first.
    begin_with_own: bool,
}

/// Makes the page. `own` is the lesson made of a scenario of the user's own; `begin_with_own` opens it first.
pub fn page(own: &Described, begin_with_own: bool) -> Page {
    let style = format!("{RULES}{DARK}{STYLE}");
    let start = Start { lessons: catalogue(), own, begin_with_own };
    // `<` is written so that no text of a scenario can end the block that holds it.
    let data = serde_json::to_string(&start).unwrap_or_default().replace('<', "\\u003c");
    let parts = [("/*STYLE*/", style.as_str()), ("/*SCRIPT*/", SCRIPT), ("/*DATA*/", data.as_str())];
    let html = parts.iter().fold(FRAME.to_owned(), |html, (mark, part)| html.replacen(mark, part, 1));
    let policy = format!(
        "default-src 'none'; script-src 'sha256-{}'; style-src 'sha256-{}'; img-src blob: data:; connect-src 'self'; base-uri 'none'; \
         form-action 'none'; frame-ancestors 'none'",
        hash(SCRIPT),
        hash(&style)
    );
    Page { html, policy }
}

/// SHA-256 of a text in base64, as policies have it.
fn hash(text: &str) -> String {
    STANDARD.encode(Sha256::digest(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explorer::view::describe_own;

    #[test]
    fn hashes_are_those_of_policies() {
        // From the Content Security Policy specification, level 2.
        assert_eq!(hash("alert('Hello, world.');"), "qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng=");
    }

    #[test]
    fn no_text_of_a_scenario_can_leave_its_block() {
        let own = describe_own("(title: \"</script><script>alert(1)</script>\")").unwrap_or_else(|trouble| panic!("{trouble:?}"));
        let page = page(&own, true);
        assert_eq!(page.html.matches("</script>").count(), FRAME.matches("</script>").count());
        assert!(page.html.contains("\\u003c/script>"));
        assert!(!page.policy.contains("unsafe") && page.policy.matches("sha256-").count() == 2);
        assert!(!page.html.contains("/*STYLE*/") && !page.html.contains("/*SCRIPT*/") && !page.html.contains("/*DATA*/"));
        for foreign in ["http://", "https://", "src=", "@import", "url("] {
            assert!(!FRAME.contains(foreign) && !STYLE.contains(foreign), "{foreign}");
        }
    }
}
