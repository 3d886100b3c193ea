//! What is wrong? Rules, findings, places, fixes.
