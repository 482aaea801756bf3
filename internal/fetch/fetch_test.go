package fetch

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// serve starts a server and a client that may read it.
func serve(t *testing.T, h http.HandlerFunc, o Options) (*httptest.Server, *Client) {
	t.Helper()
	s := httptest.NewServer(h)
	o.AllowPrivate = true
	c := New(o)
	t.Cleanup(func() {
		c.Close()
		s.CloseClientConnections()
		s.Close()
	})
	return s, c
}

func TestGet(t *testing.T) {
	s, c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"v1"`)
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		if r.Header.Get("If-None-Match") == `"v1"` || r.Header.Get("If-Modified-Since") == "then" {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		fmt.Fprintf(w, "%s|%s", r.Header.Get("User-Agent"), r.Header.Get("Accept")) //nolint:errcheck // a test server
	}, Options{UserAgent: "Agent/1"})

	resp, err := c.Get(t.Context(), Request{URL: s.URL + "/x", Accept: "text/plain"})
	if err != nil {
		t.Fatal(err)
	}
	if string(resp.Body) != "Agent/1|text/plain" || resp.Status != 200 || resp.URL != s.URL+"/x" || resp.ContentType != "text/plain; charset=utf-8" {
		t.Errorf("%+v", resp)
	}
	for name, r := range map[string]Request{
		"by tag":  {URL: s.URL, ETag: resp.Header.Get("ETag")},
		"by date": {URL: s.URL, LastModified: "then"},
	} {
		if resp, err := c.Get(t.Context(), r); err != nil || !resp.NotModified || len(resp.Body) != 0 {
			t.Errorf("%s: %+v, %v", name, resp, err)
		}
	}
}

func TestStatus(t *testing.T) {
	now := time.Date(2026, 4, 6, 5, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		code  int
		after string
		want  time.Duration
	}{
		{404, "", 0}, {429, "120", 2 * time.Minute}, {503, "Mon, 06 Apr 2026 05:10:00 GMT", 10 * time.Minute}, {503, "Mon, 06 Apr 2026 04:00:00 GMT", 0},
		{429, "-5", 0}, {429, "99999999999", 24 * time.Hour}, {429, "soon", 0}, {304, "", 0}, {500, "", 0}, {999, "", 0},
	} {
		t.Run(fmt.Sprint(tt.code, tt.after), func(t *testing.T) {
			s, c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Retry-After", tt.after)
				w.WriteHeader(tt.code)
			}, Options{Now: func() time.Time { return now }})
			_, err := c.Get(t.Context(), Request{URL: s.URL})
			status, ok := errors.AsType[*StatusError](err)
			if !ok || status.Code != tt.code || status.RetryAfter != tt.want {
				t.Errorf("%v (%+v)", err, status)
			}
		})
	}
}

func TestHostileServers(t *testing.T) {
	endless := func(w http.ResponseWriter, r *http.Request) {
		block := make([]byte, 64<<10)
		for n := 0; n < 1<<30 && r.Context().Err() == nil; n += len(block) {
			if _, err := w.Write(block); err != nil {
				return
			}
		}
	}
	for _, tt := range []struct {
		name string
		h    http.HandlerFunc
		want error
	}{
		{"hangs before the header", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, ErrTimeout},
		{"hangs in the body", func(w http.ResponseWriter, r *http.Request) {
			w.Write([]byte("begin")) //nolint:errcheck // a test server
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		}, ErrTimeout},
		{"drips", func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				if _, err := w.Write([]byte("x")); err != nil {
					return
				}
				w.(http.Flusher).Flush()
				time.Sleep(5 * time.Millisecond)
			}
		}, ErrTimeout},
		{"a gigabyte of zeros", endless, ErrTooLarge},
		{"announces a gigabyte", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "1073741824")
			endless(w, r)
		}, ErrTooLarge},
		{"less than announced", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			w.Write([]byte("short")) //nolint:errcheck // a test server
		}, io.ErrUnexpectedEOF},
		{"gzip cut short", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			w.Write(zipped("a text that is cut")[:20]) //nolint:errcheck // a test server
		}, io.ErrUnexpectedEOF},
		{"endless redirects", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.Path+"x", http.StatusFound) }, ErrRedirects},
		{"redirect to itself", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.Path, http.StatusFound) }, ErrRedirects},
		{"redirect to a file", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "file:///etc/passwd", http.StatusFound)
		}, ErrScheme},
		{"redirect to metadata", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://169.254.169.254/latest/meta-data", http.StatusFound)
		}, ErrPrivateAddress},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, c := serve(t, tt.h, Options{Timeout: 300 * time.Millisecond, MaxBytes: 1 << 20})
			if tt.want == ErrTooLarge {
				c.opts.Timeout = 20 * time.Second // it must be the size that ends it
			}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			begin := time.Now()
			_, err := c.Get(t.Context(), Request{URL: s.URL + "/feed?key=secret"})
			runtime.ReadMemStats(&after)
			if !errors.Is(err, tt.want) {
				t.Fatalf("error %v, want %v", err, tt.want)
			}
			if strings.Contains(err.Error(), "secret") {
				t.Errorf("the error shows the query: %v", err)
			}
			if d := time.Since(begin); d > 10*time.Second {
				t.Errorf("took %v", d)
			}
			if grown := after.TotalAlloc - before.TotalAlloc; grown > 64<<20 {
				t.Errorf("allocated %d MB", grown>>20)
			}
		})
	}
}

func TestConnectionLost(t *testing.T) {
	s, c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			return
		}
		conn.Close() //nolint:errcheck // a test server
	}, Options{})
	if _, err := c.Get(t.Context(), Request{URL: s.URL}); err == nil || errors.Is(err, ErrTimeout) {
		t.Errorf("%v", err)
	}
}

func TestNotHTTP(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		conn, err := l.Accept()
		if err != nil {
			return
		}
		conn.Read(make([]byte, 1024))                      //nolint:errcheck // the request, whatever it is
		conn.Write(bytes.Repeat([]byte{0xff, 0, 1}, 1000)) //nolint:errcheck // a test server
		conn.Close()                                       //nolint:errcheck // a test server
	}()
	c := New(Options{AllowPrivate: true})
	defer c.Close()
	if _, err := c.Get(t.Context(), Request{URL: "http://" + l.Addr().String()}); err == nil {
		t.Error("no error")
	}
	l.Close() //nolint:errcheck // a test server
	<-done
}

func TestBodies(t *testing.T) {
	for _, tt := range []struct {
		name, encoding string
		body           []byte
		want           string
	}{
		{"plain", "", []byte("text"), "text"},
		{"gzip", "gzip", zipped("text"), "text"},
		{"gzip in capitals", "GZIP", zipped("text"), "text"},
		{"a gzip file", "", zipped("text"), "text"},
		{"called gzip and plain", "gzip", []byte("text"), "text"},
		{"binary", "", []byte{0, 1, 2, 0xff}, "\x00\x01\x02\xff"},
		{"empty", "", nil, ""},
		{"as large as may be", "", bytes.Repeat([]byte("x"), 1000), strings.Repeat("x", 1000)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				if tt.encoding != "" {
					w.Header().Set("Content-Encoding", tt.encoding)
				}
				w.Write(tt.body) //nolint:errcheck // a test server
			}, Options{MaxBytes: 1000})
			resp, err := c.Get(t.Context(), Request{URL: s.URL})
			if err != nil || string(resp.Body) != tt.want {
				t.Errorf("%v, %v", resp, err)
			}
		})
	}
	t.Run("one byte too many", func(t *testing.T) {
		s, c := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.Write(make([]byte, 11)) }, Options{}) //nolint:errcheck // a test server
		if _, err := c.Get(t.Context(), Request{URL: s.URL, MaxBytes: 10}); !errors.Is(err, ErrTooLarge) {
			t.Error(err)
		}
	})
}

func TestPrivateAddresses(t *testing.T) {
	s := httptest.NewServer(http.NotFoundHandler())
	defer s.Close()
	c := New(Options{Timeout: time.Second})
	defer c.Close()
	for _, address := range []string{
		s.URL, "http://localhost:1/", "http://10.0.0.1/", "http://192.168.1.1/", "http://172.16.0.1/", "http://100.64.0.1/", "http://0.0.0.0/", "http://[::1]/",
		"http://[::ffff:127.0.0.1]/", "http://[fd00::1]/", "http://[fe80::1]/", "http://169.254.169.254/", "http://[64:ff9b::7f00:1]/", "http://2130706433/",
		"http://[64:ff9b::a9fe:a9fe]/", "http://[64:ff9b:1::7f00:1]/", "http://[::ffff:169.254.169.254]/", "http://[::127.0.0.1]/", "http://[2002:7f00:1::]/", "http://[::]/",
		"http://127.1/", "http://0x7f000001/", "http://0177.0.0.1/", "http://localhost./",
	} {
		_, err := c.Get(t.Context(), Request{URL: address})
		// A machine without IPv6, or a resolver that knows no such number, refuses in its own way.
		number := strings.Contains(address, "2130706433") || strings.Contains(address, "//127.1/") || strings.Contains(address, "0x7f") || strings.Contains(address, "0177") || strings.Contains(address, "localhost.")
		if err == nil || !errors.Is(err, ErrPrivateAddress) && !number {
			t.Errorf("%s: %v", address, err)
		}
	}
	open := New(Options{AllowPrivate: true, Timeout: time.Second})
	defer open.Close()
	for _, address := range []string{"http://169.254.169.254/", "http://[fe80::1]/", "http://100.100.100.200/", "http://[fd00:ec2::254]/", "http://0.0.0.0/", "http://[64:ff9b::a9fe:a9fe]/", "http://[::ffff:169.254.169.254]/"} {
		if _, err := open.Get(t.Context(), Request{URL: address}); !errors.Is(err, ErrPrivateAddress) {
			t.Errorf("private allowed, %s: %v", address, err)
		}
	}
}

func TestRefusedAddresses(t *testing.T) {
	c := New(Options{})
	for address, want := range map[string]error{
		"": ErrScheme, "ftp://a.kz/": ErrScheme, "file:///etc/passwd": ErrScheme, "a.kz/rss": ErrScheme, "http://": nil, "http://a b/": nil, "https://%zz/?key=secret": nil,
	} {
		_, err := c.Get(t.Context(), Request{URL: address})
		if err == nil || want != nil && !errors.Is(err, want) {
			t.Errorf("%q: %v", address, err)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("the error shows the query: %v", err)
		}
	}
}

func TestTLS(t *testing.T) {
	plain := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("plain")) })) //nolint:errcheck // a test server
	defer plain.Close()
	secure := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/down" {
			http.Redirect(w, r, plain.URL, http.StatusFound)
			return
		}
		w.Write([]byte("secure")) //nolint:errcheck // a test server
	}))
	secure.Config.ErrorLog = log.New(io.Discard, "", 0) // it tells of the client that refuses it
	secure.StartTLS()
	defer secure.Close()
	up := httptest.NewServer(http.RedirectHandler(secure.URL, http.StatusMovedPermanently))
	defer up.Close()

	roots := x509.NewCertPool()
	roots.AddCert(secure.Certificate())
	c := New(Options{AllowPrivate: true, RootCAs: roots})
	defer c.Close()
	if resp, err := c.Get(t.Context(), Request{URL: up.URL}); err != nil || string(resp.Body) != "secure" || resp.URL != secure.URL {
		t.Errorf("from http to https: %+v, %v", resp, err)
	}
	if _, err := c.Get(t.Context(), Request{URL: secure.URL + "/down"}); !errors.Is(err, ErrDowngrade) {
		t.Errorf("from https to http: %v", err)
	}
	stranger := New(Options{AllowPrivate: true, RootCAs: x509.NewCertPool()})
	defer stranger.Close()
	if _, err := stranger.Get(t.Context(), Request{URL: secure.URL}); err == nil {
		t.Error("an unknown certificate was accepted")
	}
}

func TestCookieWall(t *testing.T) {
	s, c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if _, err := r.Cookie("seen"); err != nil {
			http.SetCookie(w, &http.Cookie{Name: "seen", Value: "1", Path: "/"})
			http.Redirect(w, r, r.URL.Path, http.StatusFound)
			return
		}
		w.Write([]byte("page")) //nolint:errcheck // a test server
	}, Options{})
	if resp, err := c.Get(t.Context(), Request{URL: s.URL}); err != nil || string(resp.Body) != "page" {
		t.Errorf("%+v, %v", resp, err)
	}
}

func TestCallerGivesUp(t *testing.T) {
	s, c := serve(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, Options{})
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(50*time.Millisecond, cancel)
	if _, err := c.Get(ctx, Request{URL: s.URL}); !errors.Is(err, context.Canceled) || errors.Is(err, ErrTimeout) {
		t.Errorf("%v", err)
	}
}

func TestRequestTimeout(t *testing.T) {
	s, c := serve(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, Options{Timeout: time.Hour})
	if _, err := c.Get(t.Context(), Request{URL: s.URL, Timeout: 50 * time.Millisecond}); !errors.Is(err, ErrTimeout) {
		t.Errorf("%v", err)
	}
}

func zipped(s string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	io.WriteString(w, s) //nolint:errcheck // to memory
	w.Close()            //nolint:errcheck // to memory
	return b.Bytes()
}
