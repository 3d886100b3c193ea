//! The list of rules. A new rule is one file `<area>/<name>.rs` with a `pub(crate) static RULE: Rule` and one word here.

use super::Rule;

/// Declares the modules and the list in one go: `area: [name, …];`.
macro_rules! rules {
    ($($area:ident: [$($name:ident),* $(,)?];)*) => {
        $(pub(crate) mod $area { $(pub(crate) mod $name;)* })*

        /// Every rule with a file of its own, by area and name.
        pub(crate) static RULES: &[&Rule] = &[$($(&$area::$name::RULE,)*)*];
    };
}

rules! {}
