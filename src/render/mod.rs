//! How do we say so? One file for each form of output.
