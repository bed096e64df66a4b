//! What the tests of the charts share: Helm, the objects it renders, and a reader of network policies. They know of the charts what
//! anybody does who installs them.

pub mod helm;
pub mod objects;
pub mod policy;
