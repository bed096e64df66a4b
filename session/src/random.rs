//! Where random bytes come from: the caller. The rules turn them into PINs, secrets and ids, without bias.

use thiserror::Error;

/// The source could not give random bytes.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("failed to draw random bytes")]
pub struct RandomFailed;

/// A source of cryptographic random bytes, for example aws-lc-rs' `SystemRandom` behind a closure.
pub trait RandomBytes {
    /// Fills the whole of `out`.
    fn fill(&mut self, out: &mut [u8]) -> Result<(), RandomFailed>;
}

impl<F: FnMut(&mut [u8]) -> Result<(), RandomFailed>> RandomBytes for F {
    fn fill(&mut self, out: &mut [u8]) -> Result<(), RandomFailed> {
        self(out)
    }
}

/// Draws `N` bytes, for ids.
pub fn draw<const N: usize>(source: &mut impl RandomBytes) -> Result<[u8; N], RandomFailed> {
    let mut bytes = [0; N];
    source.fill(&mut bytes)?;
    Ok(bytes)
}
