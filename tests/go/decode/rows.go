package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nkeys"
)

// One question with a name: a token, and whether Decode or DecodeGeneric is asked.
type row struct {
	Name    string `json:"name"`
	Token   string `json:"token"`
	Generic bool   `json:"generic,omitempty"`
	Error   string `json:"error,omitempty"`
	Panics  string `json:"panics,omitempty"`
	Claims  string `json:"claims,omitempty"`
}

func pair(prefix nkeys.PrefixByte, b byte) nkeys.KeyPair {
	return must(nkeys.FromRawSeed(prefix, bytes.Repeat([]byte{b}, 32)))
}

var (
	operator, account = pair(nkeys.PrefixByteOperator, 1), pair(nkeys.PrefixByteAccount, 2)
	user, server      = pair(nkeys.PrefixByteUser, 3), pair(nkeys.PrefixByteServer, 4)
	cluster           = pair(nkeys.PrefixByteCluster, 5)
)

func public(kp nkeys.KeyPair) string { return must(kp.PublicKey()) }

const (
	header1 = `{"typ":"jwt","alg":"ed25519"}`
	header2 = `{"typ":"JWT","alg":"ed25519-nkey"}`
)

// sign puts a token together; v1 signatures are made over the payload alone.
func sign(kp nkeys.KeyPair, header, payload string, v1 bool) string {
	h, p := base64.RawURLEncoding.EncodeToString([]byte(header)), base64.RawURLEncoding.EncodeToString([]byte(payload))
	message := h + "." + p
	if v1 {
		message = p
	}
	return h + "." + p + "." + base64.RawURLEncoding.EncodeToString(must(kp.Sign([]byte(message))))
}

// both asks with a signature of each version.
func both(rows *[]row, name string, kp nkeys.KeyPair, header, payload string, generic bool) {
	for i, v1 := range []bool{true, false} {
		*rows = append(*rows, row{Name: fmt.Sprintf("%s [sigV%d]", name, i+1), Token: sign(kp, header, payload, v1), Generic: generic})
	}
}

func rows() []row {
	var all []row
	a, u, o := public(account), public(user), public(operator)
	head := fmt.Sprintf(`"iat":1600000000,"iss":"%s","sub":"%s"`, a, u)
	plain := "{" + head + `,"nats":{"type":"user","version":2}}`
	for _, header := range []string{
		header2, header1, `{"typ":"jwt","alg":"ED25519-NKEY"}`, `{"typ":"Jwt","alg":"ed25519"}`, `{"typ":"JWT","alg":"EdDSA"}`, `{"alg":"ed25519-nkey"}`,
		`{"typ":"JWT"}`, `{"TYP":"jwt","ALG":"ed25519-nkey","kid":"x"}`, `{"typ":"JWT","alg":"ed25519-nkey-x"}`, `{"typ":"jwt ","alg":"ed25519-nkey"}`,
		`{"typ":null,"alg":"ed25519-nkey"}`, `{"typ":"ȷwt","alg":"ed25519-nkey"}`, `{"typ":"JWT","alg":"ed25519-nKey"}`,
		` {"typ":"JWT","alg":"ed25519-nkey"} `, `{"typ":"X","typ":"JWT","alg":"ed25519-nkey"}`, "\ufeff" + header2, `{"typ":"JWT","alg":"ed25519-n\u212Aey"}`,
	} {
		all = append(all, row{Name: "hdr " + header, Token: sign(account, header, plain, false)})
	}

	token := sign(account, header2, plain, false)
	parts := strings.Split(token, ".")
	inPayload := parts[0] + "." + parts[1][:20] + "\n" + parts[1][20:]
	v1Plain := "{" + head + `,"type":"user","nats":{"pub":{},"sub":{}}}`
	v1 := strings.Split(sign(account, header1, v1Plain, true), ".")
	for _, c := range [][2]string{
		{"plain", token}, {"nl end", token + "\n"}, {"crlf in sig", token[:len(token)-10] + "\r\n" + token[len(token)-10:]},
		{"nl in payload", inPayload + "." + parts[2]}, {"space end", token + " "}, {"pad", token + "=="}, {"empty header", "." + parts[1] + "." + parts[2]},
		{"4 chunks", token + ".x"}, {"2 chunks", parts[0] + "." + parts[1]}, {"std alphabet", strings.NewReplacer("-", "+", "_", "/").Replace(token)},
		{"nl in payload signed", inPayload + "." + base64.RawURLEncoding.EncodeToString(must(account.Sign([]byte(inPayload))))},
		{"v1 hdr nl", v1[0][:5] + "\n" + v1[0][5:] + "." + v1[1] + "." + v1[2]},
	} {
		all = append(all, row{Name: "base64 " + c[0], Token: c[1]})
	}
	for _, last := range "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_" {
		all = append(all, row{Name: "base64 last character " + string(last), Token: token[:len(token)-1] + string(last)})
	}

	for _, c := range []struct{ name, header, top, nats string }{
		{"v1 user hdr1", header1, `,"type":"user"`, `{}`}, {"v1 user hdr2", header2, `,"type":"user"`, `{}`},
		{"v2 user hdr1", header1, ``, `{"type":"user","version":2}`}, {"both type + nats.version 2", header2, `,"type":"user"`, `{"type":"user","version":2}`},
		{"nats.version 1, no top type", header2, ``, `{"type":"user","version":1}`}, {"nats.version 0", header2, ``, `{"type":"user","version":0}`},
		{"nats.version 3", header2, ``, `{"type":"user","version":3}`}, {"nats.version -5", header2, ``, `{"type":"user","version":-5}`},
		{"nats.version 2.0", header2, ``, `{"type":"user","version":2.0}`}, {"nats.version null", header2, ``, `{"type":"user","version":null}`},
		{"top type empty", header2, `,"type":""`, `{"type":"user","version":2}`}, {"top type null", header2, `,"type":null`, `{"type":"user","version":2}`},
		{"type User capital", header2, ``, `{"type":"User","version":2}`}, {"no nats", header2, ``, ``}, {"nats null", header2, ``, `null`},
		{"generic foo v2", header2, ``, `{"type":"foo","version":2}`}, {"generic foo v3", header2, ``, `{"type":"foo","version":3}`},
		{"generic v1 foo", header1, `,"type":"foo"`, ``}, {"cluster", header1, `,"type":"cluster"`, `{}`}, {"server", header1, `,"type":"server"`, `{}`},
	} {
		nats := ""
		if c.nats != "" {
			nats = `,"nats":` + c.nats
		}
		both(&all, c.name, account, c.header, "{"+head+c.top+nats+"}", false)
	}
	claims := func(iss, sub, nats string) string {
		if sub != "" {
			sub = fmt.Sprintf(`,"sub":"%s"`, sub)
		}
		return fmt.Sprintf(`{"iss":"%s"%s,"nats":%s}`, iss, sub, nats)
	}
	request, response := `{"type":"authorization_request","version":%d}`, `{"type":"authorization_response","version":2}`
	ofAccount, ofOperator := `{"type":"account","version":2}`, `{"type":"operator","version":2}`
	for _, c := range []struct {
		name          string
		kp            nkeys.KeyPair
		subject, nats string
	}{
		{"authreq version 0", server, u, fmt.Sprintf(request, 0)}, {"authreq version 2", server, u, fmt.Sprintf(request, 2)},
		{"authresp version 2", account, u, response}, {"operator by cluster key", cluster, o, ofOperator},
		{"user by operator", operator, u, `{"type":"user","version":2}`}, {"account self", account, a, ofAccount},
		{"account sub is user", operator, u, ofAccount}, {"operator sub garbage", operator, "garbage", ofOperator},
		{"operator iss != sub", operator, public(pair(nkeys.PrefixByteOperator, 9)), ofOperator}, {"no sub", operator, "", ofOperator},
		{"account by server", server, a, ofAccount},
	} {
		both(&all, c.name, c.kp, header2, claims(public(c.kp), c.subject, c.nats), false)
	}
	// Issuers with a valid checksum that are no Ed25519 keys: older servers stop at the first two.
	for _, c := range [][2]string{{"short", "UAAV6DI"}, {"long", "UDWUSKGGFDI4FRXK5EBTRECZSVQSSWJHHJOGH6JWG3AUMFFMQ435CCIJBGMVY"},
		{"curve", "XD23FVXGB6KHPYYQYKMC3KVGZEJWYEEKC534LFD6ISH2G7LIC5CVP5IW"}} {
		all = append(all, row{Name: "decode " + c[0] + "-iss jwt", Token: sign(account, header2, claims(c[1], u, `{"type":"user","version":2}`), false)})
	}

	for _, c := range []struct{ name, header, top, nats string }{
		{"DecodeGeneric v2 foo", header2, ``, `{"type":"foo","version":2}`},
		{"DecodeGeneric v2 ALG upper ED25519", `{"typ":"JWT","alg":"ED25519"}`, ``, `{"type":"foo","version":2}`},
		{"DecodeGeneric v1 with type no nats", header1, `,"type":"foo"`, ``}, {"DecodeGeneric v1 with type nats", header1, `,"type":"foo"`, `{"big":9007199254740993}`},
		{"DecodeGeneric v1 user", header1, `,"type":"user"`, `{}`},
	} {
		nats := ""
		if c.nats != "" {
			nats = `,"nats":` + c.nats
		}
		both(&all, c.name, account, c.header, "{"+head+c.top+nats+"}", true)
	}

	deep := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	for _, n := range []int{9_990, 10_001} {
		payload := "{" + head + `,"nats":{"type":"user","version":2,"x":` + deep(n) + "}}"
		all = append(all, row{Name: fmt.Sprintf("raw deep %d", n), Token: sign(account, header2, payload, false)})
	}
	return all
}

func (r *row) ask() {
	defer func() {
		if p := recover(); p != nil {
			r.Panics = fmt.Sprint(p)
		}
	}()
	var claims any
	var err error
	if r.Generic {
		claims, err = jwt.DecodeGeneric(r.Token)
	} else {
		claims, err = jwt.Decode(r.Token)
	}
	if err != nil {
		r.Error = err.Error()
		return
	}
	r.Claims = string(must(json.Marshal(claims)))
}

// writeRows answers every named question, a JSON object a line.
func writeRows() {
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetEscapeHTML(false)
	for _, r := range rows() {
		r.ask()
		if err := encoder.Encode(r); err != nil {
			panic(err)
		}
	}
}
