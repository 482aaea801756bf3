package fetch

import (
	"bufio"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
)

// zstdWindow is how far back a body in zstd may refer, in bytes: what RFC 9659
// allows on the web. The others' windows are smaller by themselves.
const zstdWindow = 8 << 20

// readBody reads and decompresses at most limit bytes, as they come: a body that
// grows too large is left at once, however little of it has been sent.
func readBody(resp *http.Response, limit int64) (body []byte, err error) {
	if resp.ContentLength > limit+1024 { // no compression makes anything much larger
		return nil, fmt.Errorf("%w: %d bytes announced, %d allowed", ErrTooLarge, resp.ContentLength, limit)
	}
	defer func() { // what a stranger sends does not bring down who reads it
		if p := recover(); p != nil {
			body, err = nil, fmt.Errorf("decompress: %v", p)
		}
	}()
	r, err := decompressed(bufio.NewReader(resp.Body), resp.Header.Values("Content-Encoding"))
	if err != nil {
		return nil, fmt.Errorf("decompress: %w", err)
	}
	defer r.Close() //nolint:errcheck // what was read is already judged
	return readLimited(r, limit)
}

// decompressed undoes the encodings of a body, which come in the order they were
// applied. gzip alone is asked for, but some servers keep their pages compressed in
// one way and send them so to everybody.
func decompressed(body *bufio.Reader, header []string) (io.ReadCloser, error) {
	var codings []string
	for c := range strings.SplitSeq(strings.ToLower(strings.Join(header, ",")), ",") {
		// What is no compression says nothing of the bytes: servers write "utf-8",
		// "none" and "aws-chunked" there.
		switch c = strings.TrimSpace(c); c {
		case "deflate", "br", "zstd", "compress":
			codings = append(codings, c)
		}
	}
	if len(codings) > 1 {
		return nil, fmt.Errorf("body comes in encodings %q, one within another", codings)
	}
	magic, err := body.Peek(4)
	if err != nil && len(magic) < 2 {
		return io.NopCloser(body), nil // a body of one byte is no error here
	}
	// The magic number decides: sitemaps are gzip files without the header, and
	// some servers set the header on plain text.
	switch {
	case magic[0] == 0x1f && magic[1] == 0x8b:
		return gzip.NewReader(body)
	case len(codings) == 0:
		return io.NopCloser(body), nil
	}
	switch codings[0] {
	case "deflate": // in a frame of zlib, as it has to be, or without
		if magic[0]&0x0f == 8 && (int(magic[0])<<8|int(magic[1]))%31 == 0 {
			return zlib.NewReader(body)
		}
		return flate.NewReader(body), nil
	case "br":
		return io.NopCloser(brotli.NewReader(body)), nil
	case "zstd":
		r, err := zstd.NewReader(body, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(zstdWindow))
		if err != nil {
			return nil, err
		}
		return r.IOReadCloser(), nil
	}
	return nil, fmt.Errorf("body comes in encoding %q, which was not asked for", codings[0])
}

func readLimited(r io.Reader, limit int64) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, fmt.Errorf("read body after %d bytes: %w", len(body), err)
	}
	if int64(len(body)) > limit {
		return nil, fmt.Errorf("%w: over %d bytes", ErrTooLarge, limit)
	}
	return body, nil
}
