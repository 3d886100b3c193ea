module jwtfix/nkey

go 1.25.0

require (
	filippo.io/edwards25519 v1.1.0
	github.com/nats-io/nkeys v0.4.16
)

require (
	golang.org/x/crypto v0.52.0 // indirect
	golang.org/x/sys v0.45.0 // indirect
)
