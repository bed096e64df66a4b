//! Chrome over the DevTools pipe: navigation, tabs, dialogs, files and masking. It draws nothing and injects no input.
