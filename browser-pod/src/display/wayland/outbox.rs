//! What is to be told. Kept until there is room in the channel, so a slow reader costs no memory and loses no last word.

use tokio::sync::mpsc::Sender;
use tokio::sync::mpsc::error::TrySendError;

use crate::display::{Cursor, Event};

/// The newest of each kind.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    pub(super) frame: bool,
    pub(super) cursor: Option<Cursor>,
    told_cursor: Option<Cursor>,
    pub(super) copied: Option<String>,
    pub(super) text_input: Option<bool>,
    told_text_input: bool,
    pub(super) gone: bool,
}

impl Outbox {
    /// Sends what there is room for. False if something is left or nobody listens any more.
    pub(super) fn send(&mut self, to: &Sender<Event>) -> bool {
        while let Some(event) = self.next() {
            match to.try_send(event) {
                Ok(()) => {}
                Err(TrySendError::Full(event)) => {
                    self.put_back(event);
                    return false;
                }
                Err(TrySendError::Closed(_)) => return true,
            }
        }
        true
    }

    fn next(&mut self) -> Option<Event> {
        if std::mem::take(&mut self.frame) {
            return Some(Event::Frame);
        }
        if let Some(cursor) = self.cursor.take()
            && self.told_cursor.as_ref() != Some(&cursor)
        {
            self.told_cursor = Some(cursor.clone());
            return Some(Event::Cursor(cursor));
        }
        if let Some(active) = self.text_input.take()
            && self.told_text_input != active
        {
            self.told_text_input = active;
            return Some(Event::TextInput { active });
        }
        if let Some(text) = self.copied.take() {
            return Some(Event::Copied(text));
        }
        std::mem::take(&mut self.gone).then_some(Event::Gone)
    }

    fn put_back(&mut self, event: Event) {
        match event {
            Event::Frame => self.frame = true,
            Event::Cursor(cursor) => {
                self.told_cursor = None;
                self.cursor = Some(cursor);
            }
            Event::TextInput { active } => {
                self.told_text_input = !active;
                self.text_input = Some(active);
            }
            Event::Copied(text) => self.copied = Some(text),
            Event::Gone => self.gone = true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_channel_loses_no_last_word() {
        let (to, mut from) = tokio::sync::mpsc::channel(1);
        let mut outbox = Outbox { frame: true, cursor: Some(Cursor::Hidden), gone: true, ..Outbox::default() };
        assert!(!outbox.send(&to));
        assert_eq!(from.try_recv(), Ok(Event::Frame));
        outbox.cursor = Some(Cursor::Named("text".to_owned()));
        assert!(!outbox.send(&to));
        assert_eq!(from.try_recv(), Ok(Event::Cursor(Cursor::Named("text".to_owned()))));
        assert!(outbox.send(&to));
        assert_eq!(from.try_recv(), Ok(Event::Gone));
        outbox.cursor = Some(Cursor::Named("text".to_owned()));
        assert!(outbox.send(&to));
        assert!(from.try_recv().is_err());
    }
}
