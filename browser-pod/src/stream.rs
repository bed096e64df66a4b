//! The ordered log of events and what each viewer gets of it. No network here.
