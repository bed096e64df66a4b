//! The size at which pages are laid out. Mostly the window's own; a phone's page is narrower than Chrome's windows can be.

use super::Chrome;
use super::protocol::emulation;
use super::state::Inner;

/// CSS pixels. Chrome makes no browser window narrower than this, whatever its screen says.
const NARROWEST_WINDOW: u32 = 500;

impl Chrome {
    /// Lays all pages out at another size, CSS pixels. The screen follows by itself.
    pub fn lay_out(&self, width: u32, height: u32) {
        let sessions: Vec<_> = {
            let mut state = self.inner.state();
            state.size = (width, height);
            state.tabs.iter().map(|tab| tab.session.clone()).collect()
        };
        let touch = self.inner.state().bound.as_ref().is_some_and(|bound| bound.settings.touch);
        sessions.iter().for_each(|session| self.inner.lay_out(session, touch));
    }
}

impl Inner {
    /// Lays one page out: as a phone does where the end user's device is used by touch.
    pub(super) fn lay_out(&self, session: &str, touch: bool) {
        let (width, height) = self.state().size;
        let (width, height) = if touch || width < NARROWEST_WINDOW { (width, height) } else { (0, 0) };
        let metrics = emulation::SetDeviceMetricsOverride {
            width: i64::from(width & !1),
            height: i64::from(height & !1),
            // The screen's own.
            device_scale_factor: 0.0,
            mobile: touch,
        };
        self.cdp.tell(Some(session), metrics);
    }
}
