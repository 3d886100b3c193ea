// Writes tokens with what Go's jwt library says of them: the error of Decode, or the issues of Validate.
//
//	go run . COUNT SEED
//
// One JSON object a line; tests/validate_as_go.rs asks jwtfix the same.
package main

import (
	"bufio"
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

type object = map[string]any

type answer struct {
	Token string `json:"token"`
	Error string `json:"error,omitempty"`
	// Go walks a map on the way, so the order of the issues is chance.
	Unordered bool        `json:"unordered,omitempty"`
	Panics    string      `json:"panics,omitempty"`
	Issues    [][2]string `json:"issues,omitempty"`
}

func level(i *jwt.ValidationIssue) string {
	switch {
	case i.Blocking:
		return "error"
	case i.TimeCheck:
		return "time"
	}
	return "warning"
}

func ask(token string) (a answer) {
	a.Token = token
	defer func() {
		if r := recover(); r != nil {
			a.Panics = fmt.Sprint(r)
		}
	}()
	claims, err := jwt.Decode(token)
	if err != nil {
		a.Error = err.Error()
		return a
	}
	vr := jwt.CreateValidationResults()
	claims.Validate(vr)
	overlaps := 0
	for _, i := range vr.Issues {
		a.Issues = append(a.Issues, [2]string{level(i), i.Description})
		if strings.HasPrefix(i.Description, "overlapping ") || strings.Contains(i.Description, " already exports ") {
			overlaps++
		}
	}
	if account, ok := claims.(*jwt.AccountClaims); ok {
		a.Unordered = len(account.Mappings) > 1 || len(account.SigningKeys) > 1 || overlaps > 1
	}
	return a
}

// The registered claims with nats last, as Go writes tokens.
type payload struct {
	Aud  string `json:"aud,omitempty"`
	Exp  int64  `json:"exp,omitempty"`
	Iat  int64  `json:"iat,omitempty"`
	Iss  string `json:"iss,omitempty"`
	Nbf  int64  `json:"nbf,omitempty"`
	Sub  string `json:"sub,omitempty"`
	Type string `json:"type,omitempty"`
	Acc  string `json:"issuer_account,omitempty"`
	Nats object `json:"nats"`
}

func (p payload) sign(v1 bool, kp nkeys.KeyPair) string {
	enc := base64.RawURLEncoding.EncodeToString
	p.Iss = must(kp.PublicKey())
	header := enc([]byte(`{"typ":"JWT","alg":"ed25519-nkey"}`))
	if v1 {
		header = enc([]byte(`{"typ":"jwt","alg":"ed25519"}`))
		p.Type, _ = p.Nats["type"].(string)
		delete(p.Nats, "type")
	} else {
		p.Nats["version"] = 2
	}
	body := enc(must(json.Marshal(p)))
	message := header + "." + body
	if v1 {
		message = body
	}
	return header + "." + body + "." + enc(must(kp.Sign([]byte(message))))
}

func main() {
	count := must(strconv.Atoi(os.Args[1]))
	r := source{rand.New(rand.NewSource(must(strconv.ParseInt(os.Args[2], 10, 64))))}
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	lines := json.NewEncoder(out)
	lines.SetEscapeHTML(false)
	for n := 0; n < count; n++ {
		if err := lines.Encode(ask(r.token())); err != nil {
			panic(err)
		}
	}
}
