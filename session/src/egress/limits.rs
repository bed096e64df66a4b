//! How much a session may use of the way out, where nobody says otherwise: more than people with a website need, and less than
//! what would harm others beside them.

/// What one session may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Connections to the outside at once.
    pub connections: u32,
    /// Bytes per second, both ways together.
    pub bytes_per_second: u64,
    /// Bytes in all, both ways together.
    pub bytes: u64,
    /// Seconds that one connection to the outside may last.
    pub connection_seconds: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            // Above the 99 that Chrome opens through a proxy, so that a page waits in Chrome and is not refused here.
            connections: 128,
            // 200 Mbit/s: a large page comes as fast as at home, and sixteen such sessions share a fast line.
            bytes_per_second: 25_000_000,
            // Two hours of a film at 18 Mbit/s.
            bytes: 16 << 30,
            // The longest session, so that a page's socket ends with it and not before.
            connection_seconds: 12 * 3_600,
        }
    }
}
