//! What a new tenant gets: the invitation of its first administrator, once, in a Secret. It is a secret like a password: it stands in
//! no object, log or event of ours, and session-api knows of it by its hash alone.
