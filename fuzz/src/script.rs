//! An input as a sequence of steps: how a target that plays a whole conversation reads its bytes. Never fails; what is missing
//! is zero or empty.

/// The bytes that are left.
pub(crate) struct Script<'a>(&'a [u8]);

impl<'a> Script<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(crate) fn is_over(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    pub(crate) fn bit(&mut self) -> bool {
        self.byte() & 1 == 1
    }

    pub(crate) fn short(&mut self) -> u16 {
        u16::from_le_bytes([self.byte(), self.byte()])
    }

    pub(crate) fn number(&mut self) -> u32 {
        u32::from_le_bytes([self.byte(), self.byte(), self.byte(), self.byte()])
    }

    /// A coordinate in eighths, or one of the numbers that break things.
    pub(crate) fn coordinate(&mut self) -> f64 {
        match self.short() {
            0xffff => f64::NAN,
            0xfffe => f64::INFINITY,
            0xfffd => -1e300,
            eighths => f64::from(i32::from(eighths) - 1_024) / 8.0,
        }
    }

    /// So many bytes, or fewer at the end.
    pub(crate) fn bytes(&mut self, count: usize) -> &'a [u8] {
        let (taken, rest) = self.0.split_at(count.min(self.0.len()));
        self.0 = rest;
        taken
    }

    /// Bytes with their count, two bytes, before them.
    pub(crate) fn counted(&mut self) -> &'a [u8] {
        let count = usize::from(self.short());
        self.bytes(count)
    }

    /// A text with its length, one byte, before it.
    pub(crate) fn text(&mut self) -> String {
        let count = usize::from(self.byte());
        String::from_utf8_lossy(self.bytes(count)).into_owned()
    }

    pub(crate) fn rest(&mut self) -> &'a [u8] {
        self.bytes(usize::MAX)
    }
}
