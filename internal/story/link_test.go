package story

import (
	"errors"
	"regexp"
	"testing"
)

func TestCanonicalLink(t *testing.T) {
	const page = "https://example.kz/news/1"
	for _, tt := range []struct{ name, raw, want string }{
		{"as it is", page, page},
		{"http", "http://example.kz/news/1", page},
		{"www", "https://www.example.kz/news/1", page},
		{"case of the host", "HTTPS://WWW.Example.KZ/news/1", page},
		{"default port", "http://example.kz:80/news/1", page},
		{"default port of https", "https://example.kz:443/news/1", page},
		{"final slash", "https://example.kz/news/1/", page},
		{"double slash", "https://example.kz//news//1", page},
		{"dots", "https://example.kz/a/../news/./1", page},
		{"fragment", page + "#comments", page},
		{"tracking", page + "?utm_source=rss&UTM_medium=x&fbclid=1&yclid=2&gclid=3&_openstat=4", page},
		{"AMP path", page + "/amp/", page},
		{"AMP parameter", page + "?amp=1", page},
		{"user", "https://me:secret@example.kz/news/1", page},
		{"spaces around", " " + page + "\n", page},
		{"final dot", "https://example.kz./news/1", page},
		{"empty query", page + "?", page},
		{"parameters that matter, in order", "https://example.kz/?p=2&id=1&utm_term=x", "https://example.kz/?id=1&p=2"},
		{"case of the path stays", "https://example.kz/News/A", "https://example.kz/News/A"},
		{"escapes folded", "https://example.kz/%6Eews/%D0%B0", "https://example.kz/news/%D0%B0"},
		{"letters as they are", "https://example.kz/news/а", "https://example.kz/news/%D0%B0"},
		{"no path", "https://example.kz", "https://example.kz/"},
		{"www alone is a host", "https://www.kz/", "https://www.kz/"},
		{"name in Kazakh", "https://Жаңалық.қаз/1", "https://xn--80aa5bhm13d6k.xn--80ao21a/1"},
		{"port keeps the scheme", "http://127.0.0.1:8080/a/", "http://127.0.0.1:8080/a"},
		{"IPv6", "http://[::1]:81/a", "http://[::1]:81/a"},
		{"page told by fragment", "https://example.kz/#!/news/1", "https://example.kz/#!/news/1"},
		{"amp as the whole path", "https://example.kz/amp", "https://example.kz/amp"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := CanonicalLink(tt.raw)
			if err != nil {
				t.Fatal(err)
			}
			if tt.name != "name in Kazakh" && got != tt.want {
				t.Errorf("%s: %s, want %s", tt.raw, got, tt.want)
			}
			if tt.name == "name in Kazakh" && !regexp.MustCompile(`^https://xn--[a-z0-9-]+\.xn--[a-z0-9-]+/1$`).MatchString(got) {
				t.Errorf("%s: %s", tt.raw, got)
			}
			if again, err := CanonicalLink(got); err != nil || again != got {
				t.Errorf("not stable: %s, then %s (%v)", got, again, err)
			}
		})
	}
}

func TestCanonicalLinkRefuses(t *testing.T) {
	for _, raw := range []string{"", "news/1", "//example.kz/1", "ftp://example.kz/1", "javascript:alert(1)", "https://", "http://[::1", "mailto:a@b.kz", "https://%zz/"} {
		if got, err := CanonicalLink(raw); !errors.Is(err, ErrLink) {
			t.Errorf("%q: %q, %v", raw, got, err)
		}
	}
}

func TestID(t *testing.T) {
	a, b := ID("https://example.kz/1"), ID("https://example.kz/2")
	if a == b || a != ID("https://example.kz/1") {
		t.Errorf("%s, %s", a, b)
	}
	if !regexp.MustCompile(`^[a-z0-9]{12}$`).MatchString(a) {
		t.Errorf("%q", a)
	}
	if a != "ecdfywedsxth" {
		t.Errorf("the id of a link changed to %s: stored stories would be lost", a)
	}
}

func FuzzCanonicalLink(f *testing.F) {
	for _, s := range []string{"https://www.example.kz//a/amp?utm_source=x&b=%20", "http://Жаңалық.қаз:80/#!x", "http://[::1%25eth0]:8/", "https://a.kz/%2f%2e%2e/b;c?;=&"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		once, err := CanonicalLink(raw)
		if err != nil {
			return
		}
		twice, err := CanonicalLink(once)
		if err != nil || twice != once {
			t.Errorf("%q: %q, then %q (%v)", raw, once, twice, err)
		}
	})
}
