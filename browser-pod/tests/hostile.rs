//! Pages that mean harm, in the real Chrome of the real pod under `supervise`. Whatever a page tries: both people still see, stop, leave
//! it and end, and it reaches nothing that is not its own.

#![expect(clippy::print_stdout, reason = "figures, for who looks at them")]

#[path = "hostile/asks.rs"]
mod asks;
#[path = "hostile/crowds.rs"]
mod crowds;
#[path = "hostile/floods.rs"]
mod floods;
#[path = "hostile/full_screen.rs"]
mod full_screen;
#[path = "hostile/loops.rs"]
mod loops;
#[path = "hostile/memory.rs"]
mod memory;
#[path = "hostile/people.rs"]
mod people;
#[allow(dead_code, reason = "the pod serves other tests too, which use more of it")]
#[path = "agent/pod.rs"]
mod pod;
#[allow(dead_code, reason = "other tests use more of it")]
#[path = "agent/processes.rs"]
mod processes;
#[path = "hostile/screens.rs"]
mod screens;
#[path = "hostile/shown.rs"]
mod shown;
#[allow(dead_code, reason = "the website serves other tests too, which use more of it")]
#[path = "chrome/site.rs"]
mod site;
#[allow(dead_code, reason = "viewers serve other tests too, which use more of them")]
#[path = "agent/viewer.rs"]
mod viewer;
#[path = "hostile/ways.rs"]
mod ways;
