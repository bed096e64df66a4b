//! The seam Encoder: frames in, coded pictures out.
