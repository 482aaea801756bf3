package article

import (
	"net"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/publicsuffix"
)

const (
	maxAddress = 2000 // bytes; databases and Telegram refuse longer ones
	maxSection = 24   // characters of the last part of a section's address
)

// claimed is the address that a page gives as its own, by rel=canonical or else og:url in
// its head, absolute; "" when it gives none, several, or one that cannot be an article's.
// Text that readers write into a page is not in its head.
func claimed(doc *html.Node, base, page *url.URL) string {
	var canonical, graph []string
	add := func(list *[]string, ref string) {
		// Two that differ are as bad as thousands, which nobody need compare.
		if ref = strings.TrimSpace(ref); ref != "" && len(*list) < 2 && !slices.Contains(*list, ref) {
			*list = append(*list, ref)
		}
	}
	head := find(doc, "head")
	if head == nil {
		return ""
	}
	for n := range head.Descendants() {
		switch {
		case n.Type != html.ElementNode:
		case n.Data == "link" && slices.Contains(strings.Fields(strings.ToLower(attr(n, "rel"))), "canonical"):
			add(&canonical, attr(n, "href"))
		case n.Data == "meta" && strings.EqualFold(firstOf(attr(n, "property"), attr(n, "name")), "og:url"):
			add(&graph, attr(n, "content"))
		}
	}
	for _, list := range [][]string{canonical, graph} {
		if len(list) > 1 {
			return "" // which of them it is only the site knows
		}
		for _, ref := range list {
			if address := ofArticle(ref, base, page); address != "" {
				return address
			}
		}
	}
	return ""
}

// ofArticle is the absolute form of an address that a page gives as its own; "" when it
// is none of the web, or is the front page or a section, which sites give for all of their pages.
func ofArticle(ref string, base, page *url.URL) string {
	if len(ref) > maxAddress {
		return ""
	}
	u, err := url.Parse(ref)
	if err != nil {
		return ""
	}
	u = base.ResolveReference(u)
	if u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil {
		return ""
	}
	if !strings.HasPrefix(u.Fragment, "!") { // pages that are told apart by it alone
		u.Fragment, u.RawFragment = "", ""
	}
	byQuery := u.RawQuery != "" && homePath.MatchString(page.Path)
	if homePath.MatchString(u.Path) && !byQuery || isSection(u.Path, page.Path) {
		return ""
	}
	if s := u.String(); len(s) <= maxAddress {
		return s
	}
	return ""
}

// form are the parts of a path that name another form of the page and not another page.
var form = regexp.MustCompile(`(?i)^(?:amp|amp\.html?|print|m|mobile|turbo|full|all|comments|index\.(?:html?|php)|\d{1,2})$`)

// isSection says whether a path that an article gives as its own is that of a section:
// what stands above the article, or one or two plain words where its own address has more.
func isSection(claim, page string) bool {
	above, parts := split(claim), split(page)
	if slices.Equal(above, parts) {
		return false
	}
	for len(parts) > len(above) && form.MatchString(parts[len(parts)-1]) {
		parts = parts[:len(parts)-1]
	}
	if len(above) < len(parts) && slices.Equal(above, parts[:len(above)]) {
		return true
	}
	if len(parts) == 0 || len(above) == 0 || len(above) > 2 {
		return false
	}
	plain := func(s string) bool {
		return utf8.RuneCountInString(s) <= maxSection && !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) })
	}
	return plain(above[len(above)-1]) && !plain(parts[len(parts)-1])
}

func split(path string) []string {
	return strings.FieldsFunc(path, func(r rune) bool { return r == '/' })
}

// SameSite says whether two addresses are under one registered name, such as those of a
// site, its mobile and its AMP host. Where nobody registers names, as with addresses of
// numbers, a site is a host with its port.
func SameSite(a, b string) bool {
	u, err := url.Parse(a)
	if err != nil {
		return false
	}
	o, err := url.Parse(b)
	if err != nil || u.Hostname() == "" || o.Hostname() == "" {
		return false
	}
	if strings.EqualFold(u.Host, o.Host) {
		return true
	}
	site := func(u *url.URL) string {
		host := strings.TrimRight(strings.ToLower(u.Hostname()), ".")
		if net.ParseIP(host) != nil || !strings.Contains(host, ".") {
			return ""
		}
		name, err := publicsuffix.EffectiveTLDPlusOne(host)
		if err != nil {
			return "" // a name that is nobody's
		}
		return name
	}
	name := site(u)
	return name != "" && name == site(o)
}
