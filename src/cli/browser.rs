//! The user's browser.

use super::terminal::Messages;
use std::ffi::OsStr;

/// Opens an address or a file in the browser; says so where none could be started, and what to do instead.
pub fn open(what: impl AsRef<OsStr>, instead: &str, messages: Messages) {
    if ::open::that_detached(what).is_err() {
        messages.say(&format!("No browser could be started: {instead}."));
    }
}
