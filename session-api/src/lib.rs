//! session-api
