package main

import (
	"strings"

	"github.com/nats-io/nkeys"
)

// A token with a few defects.
func (r source) token() string {
	p := payload{Iat: 1700000000}
	if r.rarely(8) {
		p.Exp = pick(r, []int64{1, -1, 4102444800})
	}
	if r.rarely(8) {
		p.Nbf = pick(r, []int64{1, -1, 4102444800})
	}
	v1 := r.rarely(8)
	var kp nkeys.KeyPair
	switch r.Intn(8) {
	case 0:
		p.Nats, kp, p.Sub = r.operator(), pair('O', 0), public('O', 0)
	case 1, 2:
		p.Nats, kp, p.Sub = r.user(), pair('A', 0), public('U', 0)
		if v1 {
			p.Acc = r.key('A')
		} else if r.rarely(4) {
			p.Nats["issuer_account"] = r.key('A')
		}
	case 3:
		p.Sub = public('A', 1)
		p.Nats, kp = object{"type": "activation"}, pair(pick(r, []byte("AO")), 0)
		r.activation(p.Nats, v1)
	case 4:
		v1 = false
		p.Sub, p.Aud = r.key('U'), r.key('N')
		if r.rarely(2) {
			p.Nats, kp = object{"type": "authorization_request", "user_nkey": r.key('U')}, pair('N', 0)
		} else {
			p.Nats, kp = object{"type": "authorization_response"}, pair('A', 0)
			for _, member := range []string{"jwt", "error"} {
				if r.rarely(2) {
					p.Nats[member] = "x"
				}
			}
			if r.rarely(3) {
				p.Nats["issuer_account"] = r.key('A')
			}
		}
	default:
		p.Sub = public('A', 0)
		kp = pair('O', 0)
		if r.rarely(6) {
			kp = pair('A', 0)
		}
		p.Nats = r.account(p.Sub)
	}
	return p.sign(v1, kp)
}

func (r source) activation(nats object, v1 bool) {
	kind := "kind"
	if v1 {
		kind = "type"
	}
	if v1 || !r.rarely(8) {
		nats[kind] = pick(r, []string{"stream", "service"})
	}
	nats["subject"] = r.subject()
	if r.rarely(3) {
		nats["issuer_account"] = r.key('A')
	}
}

func many[T any](r source, most int, one func() T) []T {
	list := []T{}
	for n := r.Intn(most + 1); n > 0; n-- {
		list = append(list, one())
	}
	return list
}

func (r source) operator() object {
	return object{
		"type":                  "operator",
		"account_server_url":    r.text(urls),
		"operator_service_urls": many(r, 4, func() string { return r.text(urls) }),
		"signing_keys":          many(r, 3, func() string { return r.key('O') }),
		"system_account":        r.key('A'),
		"assert_server_version": r.text(versions),
	}
}

func (r source) permission() object {
	entry := func() string {
		if r.rarely(8) {
			return r.subject() + " " + r.subject()
		}
		return r.subject()
	}
	p := object{}
	for _, list := range []string{"allow", "deny"} {
		if r.rarely(2) {
			p[list] = many(r, 3, entry)
		}
	}
	return p
}

func (r source) user() object {
	u := object{"type": "user", "pub": r.permission(), "sub": r.permission()}
	if r.rarely(2) {
		u["src"] = many(r, 3, func() string { return r.text(nets) })
	} else if r.rarely(4) {
		u["src"] = r.text(nets) + "," + strings.ToUpper(r.text(nets))
	}
	if r.rarely(2) {
		u["times"] = many(r, 2, func() object { return object{"start": r.text(clocks), "end": r.text(clocks)} })
	}
	if r.rarely(2) {
		u["times_location"] = pick(r, zones)
	}
	return u
}

func (r source) info(into object) {
	if r.rarely(6) {
		into["info_url"] = r.text(urls)
	}
	if r.rarely(40) {
		into["description"] = strings.Repeat("é", 4097)
		into["info_url"] = "http://h/" + strings.Repeat("x", 8192)
	}
}

func (r source) export() any {
	if r.rarely(40) {
		return nil
	}
	e := object{"subject": r.subject()}
	if !r.rarely(20) {
		e["type"] = pick(r, []string{"stream", "service", "service"})
	}
	if r.rarely(8) {
		e["response_type"] = pick(r, words)
	}
	if r.rarely(8) {
		e["response_threshold"] = pick(r, []int{-1, 1, 0})
	}
	if r.rarely(8) {
		e["service_latency"] = object{"sampling": pick(r, []any{"headers", -1, 0, 1, 100, 101}), "results": r.subject()}
	}
	if r.rarely(6) {
		e["account_token_position"] = pick(r, []uint64{0, 1, 2, 3, 9, 1<<64 - 1})
	}
	if r.rarely(8) {
		e["allow_trace"] = true
	}
	r.info(e)
	return e
}

func (r source) imported(account string) any {
	if r.rarely(40) {
		return nil
	}
	from := byte(r.Intn(3))
	i := object{"subject": r.subject(), "account": public('A', from)}
	if !r.rarely(20) {
		i["type"] = pick(r, []string{"stream", "service", "service"})
	}
	if r.rarely(3) {
		i["local_subject"] = pick(r, []string{r.subject(), "x.$1", i["subject"].(string), "$1.y", "z.>"})
	}
	for _, member := range []string{"share", "allow_trace"} {
		if r.rarely(12) {
			i[member] = true
		}
	}
	if r.rarely(10) {
		i["to"] = r.subject()
	}
	if r.rarely(20) {
		i["account"] = ""
	}
	if r.rarely(6) {
		p := payload{Sub: account, Iat: 1, Exp: 1, Nats: object{"type": "activation"}}
		if r.rarely(4) {
			p.Sub = public('A', 9)
		}
		v1 := r.rarely(4)
		r.activation(p.Nats, v1)
		if !r.rarely(3) {
			p.Nats["subject"] = i["subject"]
		}
		token := p.sign(v1, pair(pick(r, []byte("AAAU")), from))
		i["token"] = pick(r, []string{token, token, token, token[:len(token)-4], "http://h/t", "a.b.c"})
	}
	return i
}

func (r source) account(subject string) object {
	size := 4
	if r.rarely(30) {
		size = 60
	}
	limits := object{"wildcards": !r.rarely(4)}
	for _, name := range []string{"subs", "data", "payload", "imports", "exports", "conn", "leaf"} {
		limits[name] = pick(r, []int64{-1, -1, -1, pick(r, []int64{0, 1, 2, 5, -2, 1 << 40})})
	}
	if r.rarely(10) {
		limits["tiered_limits"] = object{pick(r, []string{"", "R1", "R3"}): object{"mem_storage": 1}}
		limits["mem_storage"] = 1
	}
	a := object{
		"type":    "account",
		"imports": many(r, size, func() any { return r.imported(subject) }),
		"exports": many(r, size, r.export),
		"limits":  limits,
	}
	if r.rarely(20) {
		delete(a, "limits")
	}
	if r.rarely(4) {
		a["signing_keys"] = many(r, 2, func() any {
			if r.rarely(2) {
				return object{"kind": "user_scope", "key": r.key('A'), "role": "r", "template": r.user()}
			}
			return r.key('A')
		})
	}
	if r.rarely(4) {
		a["default_permissions"] = object{"pub": r.permission(), "sub": r.permission()}
	}
	if r.rarely(4) {
		mappings := object{}
		for range r.Intn(3) {
			mappings[r.subject()] = many(r, 3, func() object {
				return object{"subject": r.subject(), "weight": pick(r, weights), "cluster": pick(r, []string{"", "", "c", "d"})}
			})
		}
		a["mappings"] = mappings
	}
	if r.rarely(6) {
		a["authorization"] = object{
			"auth_users":       many(r, 2, func() string { return r.key('U') }),
			"allowed_accounts": many(r, 2, func() string { return pick(r, []string{r.key('A'), "*"}) }),
			"xkey":             pick(r, []string{"", r.key('X')}),
		}
	}
	if r.rarely(6) {
		a["trace"] = object{"dest": r.subject(), "sampling": pick(r, []int{0, 1, 100, 101, -1})}
	}
	if r.rarely(10) {
		a["cluster_traffic"] = pick(r, words)
	}
	r.info(a)
	return a
}
