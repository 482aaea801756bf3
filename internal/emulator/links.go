package emulator

import (
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"
)

// mentionedUser reads tg://user?id=N.
func mentionedUser(href string) (int64, bool) {
	lower := lowerASCII(href)
	rest, ok := strings.CutPrefix(lower, "tg://user?")
	if !ok {
		if rest, ok = strings.CutPrefix(lower, "tg:user?"); !ok {
			return 0, false
		}
	}
	q, err := url.ParseQuery(rest)
	if err != nil {
		return 0, false
	}
	id, err := strconv.ParseInt(q.Get("id"), 10, 64)
	return id, err == nil && id > 0
}

// checkLink returns the address as Telegram keeps it, and false for one that it
// leaves out: relative ones, other schemes, hosts without a dot.
func checkLink(href string) (string, bool) {
	href = strings.TrimSpace(href)
	if href == "" || !utf8.ValidString(href) || strings.ContainsAny(href, " \t\n\r<>\"") {
		return "", false
	}
	lower := lowerASCII(href)
	for _, scheme := range []string{"tg:", "ton:", "tonsite:"} {
		if rest, ok := strings.CutPrefix(lower, scheme); ok {
			return href, strings.Trim(rest, "/") != ""
		}
	}
	scheme, rest := "http://", href
	switch {
	case strings.HasPrefix(lower, "http://"):
		rest = href[len("http://"):]
	case strings.HasPrefix(lower, "https://"):
		scheme, rest = "https://", href[len("https://"):]
	}
	authority, path := rest, ""
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		authority, path = rest[:i], rest[i:]
	}
	host, port := authority, ""
	if i := strings.LastIndexByte(host, '@'); i >= 0 {
		host = host[i+1:]
	}
	if strings.HasPrefix(host, "[") {
		end := strings.IndexByte(host, ']')
		if end < 0 {
			return "", false
		}
		if _, err := netip.ParseAddr(host[1:end]); err != nil {
			return "", false
		}
		port = strings.TrimPrefix(host[end+1:], ":")
	} else {
		host, port, _ = strings.Cut(host, ":")
		if strings.ContainsAny(authority, ":") && port == "" {
			return "", false
		}
		if !strings.Contains(strings.Trim(host, "."), ".") || strings.ContainsAny(host, "%\\^`{|}()'") {
			return "", false
		}
	}
	if port != "" {
		if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 {
			return "", false
		}
	}
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	return scheme + lowerASCII(authority) + path, true
}
