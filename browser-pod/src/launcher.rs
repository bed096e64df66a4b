//! The browser side's process: starts Chrome and hands over its screen and its DevTools pipe.
