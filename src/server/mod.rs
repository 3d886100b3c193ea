//! What would nats-server do? Its gates in its order with its own words.
