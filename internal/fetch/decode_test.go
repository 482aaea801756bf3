package fetch

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
)

// packers are the encodings that servers use, each with how it is made.
var packers = []struct {
	name, header string
	to           func(io.Writer) io.WriteCloser
}{
	{"gzip", "gzip", func(w io.Writer) io.WriteCloser { return must(gzip.NewWriterLevel(w, gzip.BestSpeed)) }},
	{"deflate", "deflate", func(w io.Writer) io.WriteCloser { return must(zlib.NewWriterLevel(w, zlib.BestSpeed)) }},
	{"deflate without a frame", "deflate", func(w io.Writer) io.WriteCloser { return must(flate.NewWriter(w, flate.BestSpeed)) }},
	{"brotli", "br", func(w io.Writer) io.WriteCloser { return brotli.NewWriterLevel(w, brotli.BestSpeed) }},
	{"zstd", "zstd", func(w io.Writer) io.WriteCloser { return must(zstd.NewWriter(w, zstd.WithEncoderConcurrency(1))) }},
}

// must is for writers of which only a level that is none is an error.
func must[W any](w W, err error) W {
	if err != nil {
		panic(err)
	}
	return w
}

func packed(t testing.TB, to func(io.Writer) io.WriteCloser, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := to(&b)
	_, err := io.WriteString(w, text)
	if err := errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// answer serves a body with an encoding.
func answer(encoding string, body []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", encoding)
		w.Write(body) //nolint:errcheck // a test server
	}
}

// What servers send although it was not asked for is read all the same, under the
// same bounds; what is cut short or is something else is an error and no short text.
func TestEncodings(t *testing.T) {
	const text = "<rss><channel><title>Мост открыт раньше срока</title></channel></rss>"
	for _, p := range packers {
		t.Run(p.name, func(t *testing.T) {
			whole := packed(t, p.to, strings.Repeat(text, 50))
			s, c := serve(t, answer(strings.ToUpper(p.header), whole), Options{})
			if resp, err := c.Get(t.Context(), Request{URL: s.URL}); err != nil || string(resp.Body) != strings.Repeat(text, 50) {
				t.Errorf("%v, %v", resp, err)
			}
			if _, err := c.Get(t.Context(), Request{URL: s.URL, MaxBytes: 1000}); !errors.Is(err, ErrTooLarge) {
				t.Errorf("more than is allowed: %v", err)
			}
			cut, c := serve(t, answer(p.header, whole[:len(whole)/2]), Options{})
			if resp, err := c.Get(t.Context(), Request{URL: cut.URL}); err == nil {
				t.Errorf("cut short: %q", resp.Body)
			}
			if p.header == "gzip" {
				return // what says so and is not is plain text
			}
			other, c := serve(t, answer(p.header, []byte(text)), Options{})
			if resp, err := c.Get(t.Context(), Request{URL: other.URL}); err == nil {
				t.Errorf("of plain text: %q", resp.Body)
			}
		})
	}
	for _, tt := range []struct {
		name, encoding, body string
		want                 string // "": an error that names the encoding
	}{
		{"unknown", "compress", "\x1f\x9d?", ""},
		{"one within another", "br, zstd", "????", ""},
		{"no compression", "aws-chunked", text, text},
		{"a charset", "utf-8", text, text},
		{"nothing", "none, identity", text, text},
		{"one byte of brotli", "br", ";", ";"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, c := serve(t, answer(tt.encoding, []byte(tt.body)), Options{})
			resp, err := c.Get(t.Context(), Request{URL: s.URL})
			if tt.want == "" {
				if err == nil || !strings.Contains(err.Error(), strings.Split(tt.encoding, ",")[0]) {
					t.Errorf("%+v, %v", resp, err)
				}
			} else if err != nil || string(resp.Body) != tt.want {
				t.Errorf("%+v, %v", resp, err)
			}
		})
	}
}

// A gigabyte of zeros, of which a thousandth travels or less, is left when it has
// grown too large: it takes neither its memory nor its time.
func TestBombs(t *testing.T) {
	const limit = 5 << 20
	for _, p := range packers {
		t.Run(p.name, func(t *testing.T) {
			var b bytes.Buffer
			w, block := p.to(&b), make([]byte, 1<<20)
			for range bombSize {
				if _, err := w.Write(block); err != nil {
					t.Fatal(err)
				}
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			s, c := serve(t, answer(p.header, b.Bytes()), Options{MaxBytes: limit})
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			began := time.Now()
			_, err := c.Get(t.Context(), Request{URL: s.URL})
			took := time.Since(began)
			runtime.ReadMemStats(&after)
			if !errors.Is(err, ErrTooLarge) {
				t.Fatalf("error %v, want %v", err, ErrTooLarge)
			}
			const bound = 64 << 20 // of all that was ever allocated, the growing of the body included
			if n := after.TotalAlloc - before.TotalAlloc; n > bound {
				t.Errorf("%d MB for a body of %d KB", n>>20, b.Len()>>10)
			}
			t.Logf("%d KB: %v, %d MB allocated", b.Len()>>10, took.Round(time.Millisecond), (after.TotalAlloc-before.TotalAlloc)>>20)
		})
	}
}

// FuzzDecompress holds that whatever comes is a body or an error, no larger than allowed.
func FuzzDecompress(f *testing.F) {
	for _, p := range packers {
		f.Add(p.header, packed(f, p.to, "<rss>Мост</rss>"))
	}
	f.Add("br, gzip", []byte("\x1f\x8b\x08\x00"))
	f.Fuzz(func(t *testing.T, encoding string, body []byte) {
		const limit = 1 << 16
		resp := &http.Response{Header: http.Header{"Content-Encoding": {encoding}}, Body: io.NopCloser(bytes.NewReader(body))}
		got, err := readBody(resp, limit)
		if len(got) > limit || err != nil && got != nil {
			t.Errorf("%d bytes, %v", len(got), err)
		}
		if err != nil && strings.Contains(err.Error(), "runtime error") {
			t.Error(err)
		}
	})
}
