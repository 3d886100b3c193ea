// Writes mutated tokens with what Go's jwt library says of them: the error of Decode, or the claims written again.
//
//	go run . COUNT SEED
//	go run . rows
//
// One JSON object a line; tests/decode_as_go.rs asks jwtfix the same.
package main

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/rand"
	"os"
	"strconv"
	"strings"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nkeys"
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// node is JSON with its members in order, so that they can come twice.
type node struct {
	open    byte // '{', '[' or 0
	text    string
	names   []string
	members []*node
}

func parse(d *json.Decoder) *node {
	t := must(d.Token())
	switch v := t.(type) {
	case json.Delim:
		n := &node{open: byte(v)}
		for d.More() {
			if v == '{' {
				n.names = append(n.names, string(must(json.Marshal(must(d.Token())))))
			}
			n.members = append(n.members, parse(d))
		}
		must(d.Token())
		return n
	default:
		return &node{text: string(must(json.Marshal(v)))}
	}
}

func (n *node) write(b *strings.Builder, space func() string) {
	if n.open == 0 {
		b.WriteString(n.text)
		return
	}
	b.WriteByte(n.open)
	for i, m := range n.members {
		if i > 0 {
			b.WriteString("," + space())
		}
		if n.open == '{' {
			b.WriteString(n.names[i] + space() + ":" + space())
		}
		m.write(b, space)
	}
	b.WriteString(space())
	b.WriteByte(n.open + 2)
}

func (n *node) all(into []*node) []*node {
	into = append(into, n)
	for _, m := range n.members {
		into = m.all(into)
	}
	return into
}

func (n *node) copy() *node {
	c := &node{open: n.open, text: n.text, names: append([]string(nil), n.names...)}
	for _, m := range n.members {
		c.members = append(c.members, m.copy())
	}
	return c
}

var values = []string{
	`null`, `true`, `false`, `0`, `1`, `-1`, `-0`, `1.0`, `1.5`, `1e2`, `1e400`, `300`, `9007199254740993`, `9223372036854775807`,
	`9223372036854775808`, `-9223372036854775809`, `18446744073709551616`, `""`, `"x"`, `"stream"`, `"Stream"`, `"service"`,
	`"user_scope"`, `"headers"`, `"HEADERS"`, `"\u0068eaders"`, `"a\u0000b"`, `"\ud800"`, `"\ud83d\ude00"`, "\"\xff\xfe\"", `"é<>&\u2028"`,
	`"10.0.0.0/8, FE80::/10,,10.0.0.0/8"`, `[]`, `{}`, `[null]`, `[1]`, `["a"]`, `["a","b",3]`, `[[]]`, `{"a":1}`, `{"kind":"user_scope"}`,
	`{"kind":"user_scope","key":"K","template":{"subs":1.0,"data":9007199254740993,"src":"a,b"}}`, `{"kind":"x","type":[1,"t",null,{"b":true}]}`,
	`{"subject":"s","type":"service"}`, `{"subject":"s","type":null}`, `"user"`, `"account"`, `"operator"`, `"activation"`, `2`, `3`,
	`"authorization_request"`, `"authorization_response"`, `"cluster"`, `"server"`, `"generic"`, `"1s"`, `[{"start":"a"},{"end":1}]`,
}

var names = []string{
	"aud", "exp", "jti", "iat", "iss", "name", "nbf", "sub", "nats", "type", "tags", "version", "issuer_account", "limits", "subs", "data",
	"payload", "signing_keys", "exports", "imports", "pub", "sub", "resp", "max", "ttl", "allow", "deny", "src", "times", "bearer_token",
	"revocations", "mappings", "trace", "dest", "sampling", "authorization", "xkey", "unknown", "kind", "key", "template", "role", "tiered_limits",
	"R1", "mem_storage", "service_latency", "results", "default_permissions", "weight", "subject", "account_token_position", "info_url",
	"response_threshold", "server_id", "client_info", "connect_opts", "client_tls", "verified_chains", "protocol", "id", "share", "to",
}

func pick[T any](r *rand.Rand, of []T) T { return of[r.Intn(len(of))] }

func fold(r *rand.Rand, name string) string {
	switch r.Intn(4) {
	case 0:
		return strings.ToUpper(name)
	case 1:
		return strings.ReplaceAll(name, "s", "ſ")
	case 2:
		return strings.ReplaceAll(name, "k", "\u212a")
	}
	if len(name) > 3 {
		return `"\u00` + fmt.Sprintf("%02x", name[1]) + name[2:]
	}
	return name
}

// mutate changes a payload's tree once. A member is doubled once at most: of three lists of one name Go shows elements of the first.
func mutate(r *rand.Rand, root *node, doubled *bool) {
	all := root.all(nil)
	n := pick(r, all)
	switch r.Intn(8) {
	case 0, 1:
		*n = *parse(json.NewDecoder(strings.NewReader(`[]`)))
		n.open, n.text, n.members = 0, pick(r, values), nil
	case 2:
		if n.open == '{' && !*doubled && len(n.members) > 0 {
			*doubled = true
			i := r.Intn(len(n.members))
			m := n.members[i].copy()
			if sub := m.all(nil); r.Intn(2) == 0 {
				*pick(r, sub) = node{text: pick(r, values)}
			}
			name := n.names[i]
			if r.Intn(2) == 0 {
				name = fold(r, name)
			}
			n.names, n.members = append(n.names, name), append(n.members, m)
		}
	case 3:
		if n.open == '{' && len(n.names) > 0 {
			i := r.Intn(len(n.names))
			n.names[i] = fold(r, n.names[i])
		}
	case 4:
		if n.open == '{' {
			n.names, n.members = append(n.names, strconv.Quote(pick(r, names))), append(n.members, &node{text: pick(r, values)})
		}
	case 5:
		if len(n.members) > 0 {
			i := r.Intn(len(n.members))
			n.members = append(n.members[:i:i], n.members[i+1:]...)
			if n.open == '{' {
				n.names = append(n.names[:i:i], n.names[i+1:]...)
			}
		}
	case 6:
		r.Shuffle(len(n.members), func(i, j int) {
			n.members[i], n.members[j] = n.members[j], n.members[i]
			if n.open == '{' {
				n.names[i], n.names[j] = n.names[j], n.names[i]
			}
		})
	case 7:
		if n.open == '[' {
			n.members = append(n.members, &node{text: pick(r, values)})
		}
	}
}

type vector struct {
	Token   string
	Payload string
	Header  string
	Signer  struct {
		Role string
		Byte byte
	}
}

func main() {
	if os.Args[1] == "rows" {
		writeRows()
		return
	}
	count := must(strconv.Atoi(os.Args[1]))
	r := rand.New(rand.NewSource(int64(must(strconv.Atoi(os.Args[2])))))
	var vectors []vector
	if err := json.Unmarshal(must(os.ReadFile("../../../testdata/go/vectors.json")), &vectors); err != nil {
		panic(err)
	}
	prefixes := map[string]nkeys.PrefixByte{"O": nkeys.PrefixByteOperator, "A": nkeys.PrefixByteAccount, "U": nkeys.PrefixByteUser,
		"N": nkeys.PrefixByteServer, "C": nkeys.PrefixByteCluster}
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for i := 0; i < count; i++ {
		v := pick(r, vectors)
		token := v.Token
		if r.Intn(5) == 0 {
			// The text itself is hurt.
			b := []byte(token)
			for range 1 + r.Intn(2) {
				at := r.Intn(len(b))
				switch r.Intn(5) {
				case 0:
					b[at] = pick(r, []byte("ABCxyz019-_.=+/ \n\r\t\x00\xff"))
				case 1:
					b = append(b[:at], b[at+1:]...)
				case 2:
					b = append(b[:at:at], append([]byte{"A.\n="[r.Intn(4)]}, b[at:]...)...)
				case 3:
					b = b[:at]
				case 4:
					b = append(b, "A\n.="[r.Intn(4)])
				}
				if len(b) == 0 {
					break
				}
			}
			token = string(b)
		} else {
			// The payload or the header says something else, and is signed again.
			d := json.NewDecoder(strings.NewReader(v.Payload))
			d.UseNumber()
			root := parse(d)
			doubled := false
			for range 1 + r.Intn(3) {
				mutate(r, root, &doubled)
			}
			space := func() string { return "" }
			if r.Intn(6) == 0 {
				space = func() string { return pick(r, []string{"", " ", "\n", "\t\r"}) }
			}
			var b strings.Builder
			root.write(&b, space)
			payload := []byte(b.String())
			if r.Intn(8) == 0 && len(payload) > 0 {
				payload[r.Intn(len(payload))] = pick(r, []byte("{}[]:,\"\\0-e.tnf \x01\xff"))
			}
			header := v.Header
			if r.Intn(12) == 0 {
				header = pick(r, []string{`{"typ":"jwt","alg":"ed25519"}`, `{"typ":"JWT","alg":"ED25519-NKEY"}`, `{"alg":"ed25519-nkey"}`, `{"typ":"x","alg":1}`,
					` {"TYP":"jwt","alg":"ed25519-n\u212aey","x":[]} `, `[]`, `null`, `{"typ":"JWT","alg":"none"}`, ``})
			}
			kp := must(nkeys.FromRawSeed(prefixes[v.Signer.Role], bytes.Repeat([]byte{v.Signer.Byte}, 32)))
			e := base64.RawURLEncoding
			message := e.EncodeToString([]byte(header)) + "." + e.EncodeToString(payload)
			signed := message
			if strings.Contains(v.Header, `"ed25519"`) != (r.Intn(10) == 0) {
				signed = message[strings.IndexByte(message, '.')+1:]
			}
			token = message + "." + e.EncodeToString(must(kp.Sign([]byte(signed))))
		}
		a := map[string]any{"token": base64.StdEncoding.EncodeToString([]byte(token))}
		claims, err := jwt.Decode(token)
		if err != nil {
			a["error"] = err.Error()
		} else if written, err := json.Marshal(claims); err != nil {
			a["unwritable"] = err.Error()
		} else {
			a["claims"] = string(written)
		}
		out.Write(append(must(json.Marshal(a)), '\n'))
	}
}
