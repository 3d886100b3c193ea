//! Who signed whom? The fleet that was given, and the chains in it.
