package story

import (
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"fmt"
	"net/url"
	"path"
	"strings"

	"golang.org/x/net/idna"
)

// tracking are the query parameters that say how a reader came and not what they read.
var tracking = set(`fbclid gclid dclid gbraid wbraid yclid ysclid msclkid igshid igsh mc_cid mc_eid _ga _gl _openstat ref_src ref_url
cmpid spm wt_mc wt_zmc twclid ttclid li_fat_id mkt_tok vero_id amp outputtype _x_tr_sl _x_tr_tl yptr utm utm_referrer recirc rss_source`)

// ErrLink is an address that leads to no page. It comes wrapped.
var ErrLink = errors.New("not the address of a page")

// CanonicalLink folds the spellings of one page's address into one: http and
// https, www, the case of the host, default ports, fragments, tracking
// parameters and their order, AMP, doubled and final slashes. It is a key to
// compare by, not an address to open: some sites answer to one spelling alone.
// An address with a port keeps its scheme.
func CanonicalLink(raw string) (string, error) {
	u, err := url.Parse(strings.TrimSpace(raw))
	if err != nil {
		return "", fmt.Errorf("canonical link: %w", ErrLink) // the parser's own error repeats the address
	}
	scheme := strings.ToLower(u.Scheme)
	if scheme != "http" && scheme != "https" || u.Hostname() == "" {
		return "", fmt.Errorf("canonical link: %w: it needs http or https and a host", ErrLink)
	}
	host := strings.TrimRight(strings.ToLower(u.Hostname()), ".")
	if ascii, err := idna.Lookup.ToASCII(host); err == nil {
		host = strings.TrimRight(ascii, ".") // names that are no IDNA, as with underscores, stay as they are
	}
	if !isHost(host) {
		return "", fmt.Errorf("canonical link: %w: no such host can be", ErrLink)
	}
	if trimmed := strings.TrimPrefix(host, "www."); strings.Contains(trimmed, ".") {
		host = trimmed
	}
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	switch port := u.Port(); {
	case port == "", port == "80" && scheme == "http", port == "443" && scheme == "https":
		scheme = "https"
	default:
		host += ":" + port
	}
	out := url.URL{Scheme: scheme, Host: host, Path: foldPath(u.Path), RawQuery: foldQuery(u.Query())}
	if strings.HasPrefix(u.Fragment, "!") { // pages that are told apart by it alone
		out.Fragment = u.Fragment
	}
	return out.String(), nil
}

// isHost takes names of any ASCII label, and addresses of both versions of IP.
func isHost(host string) bool {
	return host != "" && strings.IndexFunc(host, func(r rune) bool {
		return r >= 0x80 || !strings.ContainsRune("abcdefghijklmnopqrstuvwxyz0123456789-._:", r)
	}) < 0
}

func foldPath(p string) string {
	if p == "" {
		return "/"
	}
	p = path.Clean("/" + p)
	for _, end := range []string{"/amp", "/amp.html"} {
		if trimmed := strings.TrimSuffix(p, end); trimmed != "" {
			p = trimmed
		}
	}
	return p
}

func foldQuery(q url.Values) string {
	for k := range q {
		lower := strings.ToLower(k)
		if _, ok := tracking[lower]; ok || strings.HasPrefix(lower, "utm_") || strings.HasPrefix(lower, "at_") {
			delete(q, k)
		}
	}
	return q.Encode() // sorted by key
}

// ID is the key of a story's link: 12 characters of a-z and 0-9 (60 bits of its hash).
func ID(canonicalLink string) string {
	sum := sha256.Sum256([]byte(canonicalLink))
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:])[:12])
}
