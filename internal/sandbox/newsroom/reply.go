package newsroom

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"time"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
)

// document is one answer: its bytes and what HTTP says about them.
type document struct {
	body        []byte
	contentType string
	modified    time.Time // zero: no Last-Modified
	maxAge      time.Duration
}

// reply sends a document with its validators; a request that already has it gets 304.
func (n *Newsroom) reply(w http.ResponseWriter, r *http.Request, d document) {
	sum := sha256.Sum256(d.body)
	h := w.Header()
	h.Set("ETag", `"`+hex.EncodeToString(sum[:8])+`"`)
	h.Set("Content-Type", d.contentType)
	h.Set("Cache-Control", fmt.Sprintf("public, max-age=%d", int(d.maxAge.Seconds())))
	http.ServeContent(w, r, "", d.modified, bytes.NewReader(d.body))
}

// windows1251 encodes text for the one publisher that never moved to UTF-8.
// Letters that the encoding lacks become character references, as browsers and
// editors' systems of that age do.
func windows1251(text []byte) ([]byte, error) {
	out, err := encoding.HTMLEscapeUnsupported(charmap.Windows1251.NewEncoder()).Bytes(text)
	if err != nil {
		return nil, fmt.Errorf("encode windows-1251: %w", err)
	}
	return out, nil
}
