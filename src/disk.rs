//! The only place that touches the disk: bounded reads, walks, atomic writes that keep mode and owner.
