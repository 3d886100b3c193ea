package main

import (
	"math/rand"

	"github.com/nats-io/nkeys"
)

// Values that rules take and values that they refuse, each with its own kind of defect.
var (
	subjects = []string{"", "a", "b", "a.b", "a.b.c", "a.*", "*", ">", "a.>", "*.b", "*.*", "b.*.>", "a b", ".a", "a.", ".",
		"..", "a..b", "$1", "x.$1", "x.$2", "$1.$1", "$0.x", "$-1.*", "$+1", "$x", "x.$99999999999999999999", "a.>.b", "a*",
		"a\tb", "\"q\"", "é.ü", "a\u200b", "x.>", "> a", "\u2028.a", "a.b q", "a q.*", "a  q", "\\", "a.*.c", "_R_.>"}
	urls = []string{"", "nats://h", "TLS://h:4222", "ws://h/", "wss://h/p", "http://h", "https://h/jwt/v1", "h", "h:80", "1.2.3.4:5",
		"nats://u@h", "nats://@h", "nats://u:p%zz@h", "nats://ü@h", "nats://[::1]:4222", "nats://[::1", "nats://[1.2.3.4]",
		"nats://[fe80::1%25eth0]", "nats://[fe80::1%25]", "nats://[::1%25%20a]", "nats://[::1%25%41]", "nats://[::1%25%01]",
		"nats://[::g]:1", "nats://[1:2:3:4:5:6:7:8:9]", "nats://[]", "nats://[::1]x", "nats://a[::1]", "http://a:1:2", "nats://a:1:2",
		"http://:80", "http://:", "nats://h:x", "nats://h x", "nats://h%20x", "nats://h%c3%bc", "nats://h%", "nats://h/%zz", "nats:h",
		"mailto:x@y", "*", "://h", "//h/p", "///p", "/p", "?q", "#f", "nats://h#%zz", "nats://h?%zz", "http://h/\x7f", "http://h\n",
		"a b://c", "1a://h", "a+b-c.d://h", "http://h<>\"", "http://h`", "http://h{}", "http://%ff", "http://%7f", "nats://h/é",
		"file:///x", "http://[::ffff:1.2.3.4]/", "http://[1.2.3.4::]/", "http://[::1.2.3]", "http://[::1.2.3.04]", "http://[::1.2.3.256]",
		"http://[1::2::3]", "http://[:1]", "http://[1:]", "http://[12345::]", "http://[1:2:3:4:5:6:7:1.2.3.4]", "http://[::1%eth]",
		"http://[1:2:3:4:5:6:7::]", "http://[::1:2:3:4:5:6:7:8]", "http://[1.2]", "http://[%]", "http://[x]", "http://[::1]]", "http://[::%c3]"}
	nets = []string{"10.0.0.0/8", "10.0.0.1/8", "10.0.0.0/08", "10.0.0.0/33", "10.0.0.0", "010.0.0.0/8", "::1/128", "::1/129", "",
		"fe80::1%eth0/64", "::ffff:1.2.3.4/96", "1.2.3/8", " 10.0.0.0/8", "10.0.0.0/8 ", "10.0.0.0/+8", "10.0.0.0/8/8", "::/0",
		"1::2::3/64", "10.0.0.0/-1", "256.0.0.0/8", "FE80::/10", "1.2.3.4.5/1", "1..2.3/1", "1.2.3./1", ":1::/1", "1:/1", "::1.2.3.4/1",
		"10.0.0.0/", "/8", "10.0.0.0/99999999999999999999", "10.0.0.0/0000000000000000000000000000008", "1:2:3:4:5:6:7::/1", "0.0.0.0/0"}
	clocks = []string{"08:00:00", "8:00:00", "24:00:00", "23:59:59", "08:00:60", "08:60:00", "08:00", "08:00:00.5", "08:00:00,5", "08:00:00.",
		"08:0:00", "008:00:00", " 08:00:00", "08:00:00Z", "00:00:00.1234567890123", "-8:00:00", "", "8", "8:", ":00:00", "08:00:0", "08:00:00.x",
		"08:00:00,5,5", "٠٨:00:00", "08:00:00 .5", "8:00:00.5:1"}
	zones = []string{"", "UTC", "Local", "local", "Europe/Berlin", "europe/berlin", "EST", "CET", "GMT+1", "Etc/GMT+1", "../etc/passwd", "/x", "\\x",
		"Foo/Bar", "America", "America/", "America/Indiana", "America/Indiana/Knox", "utc", "Z", "Europe//Berlin", "./UTC", "UTC/", "UTC/x",
		"Europe/Berlin/", "Europe/Berlin/x", ".", "Etc/Unknown", "a..b", "US/Pacific", "x\x00", "Asia/Kolkata", "America/Argentina", "Ünknown", "Europe/./Paris"}
	versions = []string{"", "2.9.0", "2.9", "2.9.0-beta", "v2.9.0", "+2.9.0", "-1.0.0", "2.9.0.1", "02.009.0", " 2.9.0", "2.9.99999999999999999999",
		"2..0", "1_0.0.0", "+.0.0", "-.1.1", "2.-9.0", "9223372036854775807.0.0", "9223372036854775808.0.0", "..", "2.9.0\n", "٢.9.0"}
	words   = []string{"", "Singleton", "Stream", "Chunked", "singleton", "\x01\u00ad", "Owner", "owner", "system", "x\U000e0001y"}
	weights = []int{0, 0, 1, 50, 100, 101, 255}
)

var prefixes = map[byte]nkeys.PrefixByte{'O': nkeys.PrefixByteOperator, 'A': nkeys.PrefixByteAccount, 'U': nkeys.PrefixByteUser,
	'N': nkeys.PrefixByteServer, 'X': nkeys.PrefixByteCurve, 'C': nkeys.PrefixByteCluster}

func pair(role byte, number byte) nkeys.KeyPair {
	seed := make([]byte, 32)
	for i := range seed {
		seed[i] = number + byte(i)
	}
	return must(nkeys.FromRawSeed(prefixes[role], seed))
}

func public(role byte, number byte) string {
	return must(pair(role, number).PublicKey())
}

type source struct{ *rand.Rand }

// one in n
func (r source) rarely(n int) bool { return r.Intn(n) == 0 }

func pick[T any](r source, from []T) T { return from[r.Intn(len(from))] }

// A key of the role, most of the time.
func (r source) key(role byte) string {
	key := public(role, byte(r.Intn(4)))
	switch r.Intn(24) {
	case 0:
		return public(pick(r, []byte("OAUNXC")), 0)
	case 1:
		return key + "A"
	case 2:
		return key + "\n"
	case 3:
		return key[:40]
	case 4:
		return pick(r, []string{"", "*", "bad", "\"", "UAAV6DI", "é"})
	}
	return key
}

// A value of the pool, now and then with a byte put in, taken out or doubled.
func (r source) text(pool []string) string {
	text := pick(r, pool)
	if len(text) == 0 || !r.rarely(4) {
		return text
	}
	at := r.Intn(len(text))
	switch r.Intn(3) {
	case 0:
		text = text[:at] + text[at+1:]
	case 1:
		text = text[:at] + text[at:at+1] + text[at:]
	default:
		extra := []string{":", "/", "%", "[", "]", "@", ".", " ", "*", ">", "0", "9", "a", "?", "#", "$", "%25", "::", "\u00a0", "é"}
		text = text[:at] + pick(r, extra) + text[at:]
	}
	return text
}

// A valid subject, most of the time.
func (r source) subject() string {
	if r.rarely(3) {
		return r.text(subjects)
	}
	return pick(r, []string{"a", "b", "c", "d", "e"}) + pick(r, []string{"", ".x", ".y", ".*", ".>", ".x.y", ".*.y"})
}
