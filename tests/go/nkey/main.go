// Writes what Go's nkeys and crypto/ed25519 answer, as the tables that the tests of src/nkey read.
//
//	go run . ../../../testdata/nkey [ed25519vectors.json of C2SP/CCTV, cases.json of novifinancial/ed25519-speccheck]
//
// Without the two vector files the rows of ed25519.tsv stay and are judged again.
package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha512"
	"encoding/base32"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand"
	"os"
	"path/filepath"
	"strings"

	"filippo.io/edwards25519"
	"github.com/nats-io/nkeys"
)

var b32 = base32.StdEncoding.WithPadding(base32.NoPadding)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func crc(data []byte) uint16 {
	var crc uint16
	for _, b := range data {
		crc ^= uint16(b) << 8
		for i := 0; i < 8; i++ {
			if crc&0x8000 != 0 {
				crc = crc<<1 ^ 0x1021
			} else {
				crc <<= 1
			}
		}
	}
	return crc
}

func text(raw ...byte) string {
	return b32.EncodeToString(binary.LittleEndian.AppendUint16(raw, crc(raw)))
}

func quoted(s string) string { return string(must(json.Marshal(s))) }

func fill(n int, b byte) []byte { return bytes.Repeat([]byte{b}, n) }

// around puts the usual damage around a text.
func around(s string) []string {
	list := []string{s, strings.ToLower(s), s + "\n", s + "\r\n", s[:7] + "\r\n" + s[7:], "\n" + s, s + " ", " " + s, s + "\t", s + "=",
		s[:20] + " " + s[21:], s[1:], s[:len(s)-1], s[:8], s[:3], s[1:2] + s[:1] + s[2:], s[:10] + "0" + s[11:], s[:30] + "é" + s[30:]}
	for _, tail := range []string{"A", "Z", "7", "AA", "AAA", "ZZZ", "AAAA", "AAAAA", "AAAAAA", "777777", "AAAAAAA", "AAAAAAAA", "AAAAAAAAA"} {
		list = append(list, s+tail)
	}
	return list
}

func public(out *bytes.Buffer) {
	fmt.Fprintln(out, "# text\tIsValidPublicUserKey\tIsValidPublicKey\tPrefix\tFromPublicKey error; nkeys v0.4.16")
	var list []string
	key := append([]byte{byte(nkeys.PrefixByteUser)}, ed25519.NewKeyFromSeed(fill(32, 3)).Public().(ed25519.PublicKey)...)
	list = append(list, around(text(key...))...)
	for low := byte(1); low < 8; low++ {
		key[0] = byte(nkeys.PrefixByteUser) | low
		list = append(list, text(key...))
	}
	for letter := 0; letter < 32; letter++ {
		key[0] = byte(letter << 3)
		list = append(list, text(key...))
	}
	for _, n := range []int{0, 1, 2, 3, 31, 33, 35, 40, 64} {
		list = append(list, text(append([]byte{byte(nkeys.PrefixByteUser)}, fill(n, 7)...)...))
	}
	seed := must(nkeys.EncodeSeed(nkeys.PrefixByteUser, fill(32, 3)))
	private := must(must(nkeys.FromSeed(seed)).PrivateKey())
	list = append(list, "", "A", "\n", "AAAAAAA", string(seed), string(private), text(byte(nkeys.PrefixByteUser)|5, 1, 2))
	for _, s := range list {
		_, err := nkeys.FromPublicKey(s)
		fmt.Fprintf(out, "%s\t%v\t%v\t%v\t%v\n", quoted(s), nkeys.IsValidPublicUserKey(s), nkeys.IsValidPublicKey(s), nkeys.Prefix(s), err)
	}
}

func seeds(out *bytes.Buffer) {
	fmt.Fprintln(out, "# text\tFromSeed error\tPublicKey; nkeys v0.4.16. These seeds are made of one repeated byte and protect nothing.")
	var list []string
	plain := string(must(nkeys.EncodeSeed(nkeys.PrefixByteUser, fill(32, 3))))
	list = append(list, around(plain)...)
	for _, last := range "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567" {
		list = append(list, plain[:57]+string(last))
	}
	for letter := 0; letter < 32; letter++ {
		prefix := byte(letter << 3)
		list = append(list, text(append([]byte{byte(nkeys.PrefixByteSeed) | prefix>>5, prefix & 31 << 3}, fill(32, byte(letter))...)...))
	}
	for _, kind := range []nkeys.PrefixByte{nkeys.PrefixByteUser, nkeys.PrefixByteCurve} {
		for _, n := range []int{0, 1, 31, 33, 40, 64} {
			list = append(list, text(append([]byte{byte(nkeys.PrefixByteSeed) | byte(kind)>>5, byte(kind) & 31 << 3}, fill(n, 3)...)...))
		}
	}
	for low := byte(1); low < 8; low++ {
		list = append(list, text(append([]byte{byte(nkeys.PrefixByteSeed) | 5, low}, fill(32, 3)...)...))
	}
	list = append(list, "", "S", "SU", text(byte(nkeys.PrefixByteSeed)), text(byte(nkeys.PrefixByteSeed), 0),
		string(must(must(nkeys.FromSeed([]byte(plain))).PrivateKey())), must(must(nkeys.FromSeed([]byte(plain))).PublicKey()))
	for _, s := range list {
		pair, err := nkeys.FromSeed([]byte(s))
		key := ""
		if err == nil {
			key = must(pair.PublicKey())
		}
		fmt.Fprintf(out, "%s\t%v\t%s\n", quoted(s), err, key)
	}
}

func base(out *bytes.Buffer) {
	fmt.Fprintln(out, "# bytes (hex)\twhat base32.StdEncoding.WithPadding(NoPadding) makes of them (hex), or its error")
	r := rand.New(rand.NewSource(1))
	alphabet := []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
	for i := 0; i < 1500; i++ {
		src := make([]byte, r.Intn(26))
		for j := range src {
			src[j] = alphabet[r.Intn(32)]
			switch r.Intn(40) {
			case 0:
				src[j] = '\n'
			case 1:
				src[j] = '\r'
			case 2:
				if r.Intn(4) == 0 {
					src[j] = byte(r.Intn(256))
				}
			}
		}
		// Padding that is no padding counts at the end only.
		for j := r.Intn(9); j > 0 && i%3 == 0; j-- {
			if r.Intn(12) > 0 {
				src = append(src, 0xff)
			} else {
				src = append(src, 'B')
			}
		}
		dst := make([]byte, len(src)+8)
		n, err := b32.Decode(dst, src)
		if err != nil {
			fmt.Fprintf(out, "%x\t%v\n", src, err)
		} else {
			fmt.Fprintf(out, "%x\t%x\n", src, dst[:n])
		}
	}
}

type vectors struct{ out *bytes.Buffer }

func (v vectors) add(name string, key, sig, msg []byte) {
	fmt.Fprintf(v.out, "%v\t%x\t%x\t%x\t%s\n", ed25519.Verify(key, msg, sig), key, sig, msg, name)
}

// spellings are the encodings of a point that decode to it, or to its negative: the canonical one, its sign flipped, y + p.
func spellings(p *edwards25519.Point) [][]byte {
	canonical := p.Bytes()
	list := [][]byte{canonical, append([]byte{}, canonical...)}
	list[1][31] ^= 0x80
	y := append([]byte{}, canonical...)
	y[31] &= 0x7f
	if bytes.Count(y[1:], []byte{0}) == 31 && y[0] < 19 {
		for _, top := range []byte{0x7f, 0xff} {
			more := fill(32, 0xff)
			more[0], more[31] = 0xed+y[0], top
			list = append(list, more)
		}
	}
	return list
}

var order = must(hex.DecodeString("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010"))

func plusOrder(s []byte) {
	carry := 0
	for i := range s {
		carry += int(s[i]) + int(order[i])
		s[i] = byte(carry)
		carry >>= 8
	}
}

// torsion makes signatures whose key and R have parts of small order, and damages some.
func (v vectors) torsion() {
	r := rand.New(rand.NewSource(77))
	scalar := func() *edwards25519.Scalar {
		b := make([]byte, 64)
		r.Read(b)
		return must(edwards25519.NewScalar().SetUniformBytes(b))
	}
	generator := must(new(edwards25519.Point).SetBytes(must(hex.DecodeString("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"))))
	small := []*edwards25519.Point{edwards25519.NewIdentityPoint()}
	for i := 1; i < 8; i++ {
		small = append(small, new(edwards25519.Point).Add(small[i-1], generator))
	}
	zero := edwards25519.NewScalar()
	type pair struct {
		key    []byte
		secret *edwards25519.Scalar
		name   string
	}
	var pairs []pair
	for i, t := range small {
		for _, s := range spellings(t) {
			pairs = append(pairs, pair{s, zero, fmt.Sprintf("key of small order %d", i)})
		}
		a := scalar()
		mixed := new(edwards25519.Point).Add(new(edwards25519.Point).ScalarBaseMult(a), t)
		pairs = append(pairs, pair{mixed.Bytes(), a, fmt.Sprintf("key with torsion %d", i)})
	}
	for i := 0; i < 3; i++ {
		a := scalar()
		pairs = append(pairs, pair{new(edwards25519.Point).ScalarBaseMult(a).Bytes(), a, "plain key"})
	}
	for _, p := range pairs {
		for i := 0; i < 24; i++ {
			msg := make([]byte, r.Intn(40))
			r.Read(msg)
			nonce, torsion := zero, 0
			if r.Intn(4) > 0 {
				nonce = scalar()
			}
			if r.Intn(2) > 0 {
				torsion = r.Intn(8)
			}
			name := fmt.Sprintf("%s, R with torsion %d", p.name, torsion)
			ways := spellings(new(edwards25519.Point).Add(new(edwards25519.Point).ScalarBaseMult(nonce), small[torsion]))
			way := 0
			if r.Intn(3) == 0 {
				way = r.Intn(len(ways))
				name += fmt.Sprintf(" in spelling %d", way)
			}
			var s []byte
			// Half of them try messages until the parts of small order cancel out, where they can.
			for try := i % 2 * 40; try >= 0; try-- {
				h := sha512.New()
				h.Write(ways[way])
				h.Write(p.key)
				h.Write(msg)
				k := must(edwards25519.NewScalar().SetUniformBytes(h.Sum(nil)))
				s = edwards25519.NewScalar().MultiplyAdd(k, p.secret, nonce).Bytes()
				if try == 0 || ed25519.Verify(p.key, msg, append(append([]byte{}, ways[way]...), s...)) {
					break
				}
				msg = make([]byte, 1+r.Intn(40))
				r.Read(msg)
			}
			switch r.Intn(12) {
			case 0:
				plusOrder(s)
				name += ", S + L"
			case 1:
				s[r.Intn(31)] ^= 1 << r.Intn(8)
				name += ", S damaged"
			case 2:
				s[31] |= 0x20 << r.Intn(3)
				name += ", S with high bits"
			}
			v.add(name, p.key, append(append([]byte{}, ways[way]...), s...), msg)
		}
	}
}

func (v vectors) published(cctv, speccheck string) {
	var first []struct {
		Number        int
		Key, Sig, Msg string
	}
	if err := json.Unmarshal(must(os.ReadFile(cctv)), &first); err != nil {
		panic(err)
	}
	for _, t := range first {
		v.add(fmt.Sprintf("cctv %d", t.Number), must(hex.DecodeString(t.Key)), must(hex.DecodeString(t.Sig)), []byte(t.Msg))
	}
	var second []struct {
		Message   string
		PubKey    string `json:"pub_key"`
		Signature string
	}
	if err := json.Unmarshal(must(os.ReadFile(speccheck)), &second); err != nil {
		panic(err)
	}
	for i, t := range second {
		v.add(fmt.Sprintf("speccheck %d", i), must(hex.DecodeString(t.PubKey)), must(hex.DecodeString(t.Signature)), must(hex.DecodeString(t.Message)))
	}
}

// again judges the rows that ed25519.tsv has.
func again() {
	old := string(must(os.ReadFile(filepath.Join(os.Args[1], "ed25519.tsv"))))
	write("ed25519.tsv", func(out *bytes.Buffer) {
		for _, line := range strings.SplitAfter(old, "\n") {
			if line == "" || line[0] == '#' {
				out.WriteString(line)
				continue
			}
			column := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
			hexes := func(i int) []byte { return must(hex.DecodeString(column[i])) }
			vectors{out}.add(column[4], hexes(1), hexes(2), hexes(3))
		}
	})
}

func write(name string, fill func(*bytes.Buffer)) {
	var out bytes.Buffer
	fill(&out)
	if err := os.WriteFile(filepath.Join(os.Args[1], name), out.Bytes(), 0o644); err != nil {
		panic(err)
	}
}

func main() {
	write("go-public.tsv", public)
	write("go-seeds.tsv", seeds)
	write("go-base32.tsv", base)
	if len(os.Args) <= 3 {
		again()
	} else {
		write("ed25519.tsv", func(out *bytes.Buffer) {
			fmt.Fprintln(out, "# crypto/ed25519.Verify\tkey\tsignature\tmessage\twhich: C2SP/CCTV (LICENSE-cctv), novifinancial/ed25519-speccheck, and tests/go/nkey's own")
			v := vectors{out}
			v.published(os.Args[2], os.Args[3])
			v.torsion()
		})
	}
}
