//! A Python extension finds Python's own functions in the process that loads it: macOS's linker must be told.
fn main() {
    pyo3_build_config::add_extension_module_link_args();
}
