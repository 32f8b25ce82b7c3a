//! Tests of the language as a whole.

mod account;
mod code;
mod everything;
mod faults;
mod page;
mod refused_contradictions;
mod refused_names;
mod refused_policies;
mod refused_rows;
mod refused_shapes;
mod refused_values;
mod render;
mod robust;
mod sample;
