package emulator

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"image"
	_ "image/gif" // the kinds of pictures that are measured
	_ "image/jpeg"
	_ "image/png"
	"io"
	"net"
	"net/http"
	"net/url"
	"path"
	"strings"
	"sync"
	"time"
)

const (
	maxPhoto      = 10 << 20
	maxUpload     = 50 << 20
	maxURLPhoto   = 5 << 20
	maxURLFile    = 20 << 20
	maxDownload   = 20 << 20
	maxPhotoSides = 10000
	maxPhotoRatio = 20
)

// blob is a file that somebody sent.
type blob struct {
	id          string
	path        string
	name        string
	contentType string
	photo       bool
	width       int
	height      int
	data        []byte
}

// fileStore keeps files by id; the oldest leave when there are too many bytes.
type fileStore struct {
	mu     sync.Mutex
	keep   int64
	size   int64
	byID   map[string]*blob
	byPath map[string]*blob
	order  []*blob
	count  int64
}

func newFileStore(keep int64) *fileStore {
	return &fileStore{keep: keep, byID: map[string]*blob{}, byPath: map[string]*blob{}}
}

// put keeps a file; the same bytes of the same kind are kept once.
func (f *fileStore) put(b *blob) *blob {
	sum := sha256.Sum256(b.data)
	prefix, folder := "BQACAgIAAxkB", "documents"
	if b.photo {
		prefix, folder = "AgACAgIAAxkB", "photos"
	}
	b.id = prefix + base64.RawURLEncoding.EncodeToString(sum[:24]) + base64.RawURLEncoding.EncodeToString([]byte(b.name))
	f.mu.Lock()
	defer f.mu.Unlock()
	if old, ok := f.byID[b.id]; ok {
		return old
	}
	f.count++
	b.path = fmt.Sprintf("%s/file_%d%s", folder, f.count, extension(b))
	f.byID[b.id], f.byPath[b.path] = b, b
	f.order = append(f.order, b)
	f.size += int64(len(b.data))
	for f.size > f.keep && len(f.order) > 1 {
		old := f.order[0]
		f.order = f.order[1:]
		delete(f.byID, old.id)
		delete(f.byPath, old.path)
		f.size -= int64(len(old.data))
	}
	return b
}

func extension(b *blob) string {
	if e := path.Ext(b.name); e != "" && !b.photo {
		return e
	}
	switch b.contentType {
	case "image/png":
		return ".png"
	case "image/jpeg":
		return ".jpg"
	}
	return ""
}

func (f *fileStore) get(id string) *blob {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.byID[id]
}

// uniqueID is the file_unique_id of a file_id: the same for the same bytes.
func uniqueID(fileID string) string {
	const prefix, digest = 12, 32
	if len(fileID) < prefix+digest {
		return fileID
	}
	return "AQAD" + fileID[prefix:prefix+12]
}

// File returns the bytes behind a file_id.
func (s *Server) File(fileID string) (data []byte, contentType string, ok bool) {
	b := s.files.get(fileID)
	if b == nil {
		return nil, "", false
	}
	return b.data, b.contentType, true
}

func (r *request) getFile() (any, *apiError) {
	b := r.s.files.get(r.vals["file_id"])
	if b == nil {
		return nil, badRequest("invalid file_id")
	}
	if len(b.data) > maxDownload {
		return nil, badRequest("file is too big")
	}
	return wireFile{FileID: b.id, FileUniqueID: uniqueID(b.id), FileSize: len(b.data), FilePath: b.path}, nil
}

func (s *Server) serveFile(w http.ResponseWriter, h *http.Request, token, name string) {
	if token != s.opt.Token {
		writeError(w, &apiError{code: http.StatusUnauthorized, text: "Unauthorized"})
		return
	}
	s.files.mu.Lock()
	b := s.files.byPath[name]
	s.files.mu.Unlock()
	if b == nil {
		writeError(w, &apiError{code: http.StatusNotFound, text: "Not Found"})
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	http.ServeContent(w, h, "", time.Time{}, bytes.NewReader(b.data))
}

// input finds what a file parameter means: an upload under its name or under
// attach://, a URL, or the id of a file that is already here.
func (r *request) input(name, value string, photo bool) (*blob, *apiError) {
	if attached, ok := strings.CutPrefix(value, "attach://"); ok {
		if _, there := r.files[attached]; !there {
			return nil, badRequest("can't parse InputFile: file %q is not attached", attached)
		}
		name, value = attached, ""
	}
	if f, ok := r.files[name]; ok && name != "" {
		if len(f.data) == 0 {
			return nil, badRequest("file must be non-empty")
		}
		if len(f.data) > maxUpload || photo && len(f.data) > maxPhoto {
			return nil, badRequest("file is too big")
		}
		return &blob{name: f.name, contentType: f.contentType, data: f.data, photo: photo}, nil
	}
	kind := "document"
	if photo {
		kind = "photo"
	}
	if value == "" {
		return nil, badRequest("there is no %s in the request", kind)
	}
	if b := r.s.files.get(value); b != nil {
		if b.photo != photo {
			return nil, badRequest("can't use file of type %s as %s", map[bool]string{true: "Photo", false: "Document"}[b.photo], map[bool]string{true: "Photo", false: "Document"}[photo])
		}
		return b, nil
	}
	u, err := url.Parse(value)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		if strings.Contains(value, "://") {
			return nil, badRequest("wrong HTTP URL specified")
		}
		return nil, badRequest("wrong file identifier/HTTP URL specified")
	}
	return r.fetched(u, photo)
}

func (r *request) fetched(u *url.URL, photo bool) (*blob, *apiError) {
	ctx, cancel := context.WithTimeout(r.http.Context(), 20*time.Second)
	defer cancel()
	data, contentType, err := r.s.opt.FetchURL(ctx, u.String())
	limit := maxURLFile
	if photo {
		limit = maxURLPhoto
	}
	switch {
	case err != nil, len(data) == 0, len(data) > limit:
		return nil, badRequest("failed to get HTTP URL content")
	case photo && !strings.HasPrefix(http.DetectContentType(data), "image/"):
		return nil, badRequest("wrong type of the web page content")
	}
	return &blob{name: path.Base(u.Path), contentType: contentType, data: data, photo: photo}, nil
}

func (r *request) photo(name, value string) (*Photo, *apiError) {
	b, err := r.input(name, value, true)
	if err != nil {
		return nil, err
	}
	if b.id != "" { // it is here already
		return b.asPhoto(), nil
	}
	return r.s.storePhoto(b)
}

func (b *blob) asPhoto() *Photo {
	return &Photo{FileID: b.id, Width: b.width, Height: b.height, Size: len(b.data)}
}

// storePhoto measures a picture and keeps it.
func (s *Server) storePhoto(b *blob) (*Photo, *apiError) {
	if size, kind, err := image.DecodeConfig(bytes.NewReader(b.data)); err == nil {
		b.width, b.height, b.contentType = size.Width, size.Height, "image/"+kind
	} else if width, height, ok := webpSize(b.data); ok {
		b.width, b.height, b.contentType = width, height, "image/webp"
	} else {
		return nil, badRequest("IMAGE_PROCESS_FAILED")
	}
	if b.width+b.height > maxPhotoSides || b.width > b.height*maxPhotoRatio || b.height > b.width*maxPhotoRatio {
		return nil, badRequest("PHOTO_INVALID_DIMENSIONS")
	}
	b.photo, b.name = true, "" // a photo has no name
	return s.files.put(b).asPhoto(), nil
}

// webpSize reads the size of a WebP picture from its first chunk, in pixels.
func webpSize(data []byte) (width, height int, ok bool) {
	if len(data) < 30 || string(data[:4]) != "RIFF" || string(data[8:12]) != "WEBP" {
		return 0, 0, false
	}
	d := data[20:] // the chunk's content
	switch string(data[12:16]) {
	case "VP8X":
		return 1 + (int(d[4]) | int(d[5])<<8 | int(d[6])<<16), 1 + (int(d[7]) | int(d[8])<<8 | int(d[9])<<16), true
	case "VP8L":
		bits := int(d[1]) | int(d[2])<<8 | int(d[3])<<16 | int(d[4])<<24
		return 1 + bits&0x3FFF, 1 + bits>>14&0x3FFF, d[0] == 0x2F
	case "VP8 ":
		return (int(d[6]) | int(d[7])<<8) & 0x3FFF, (int(d[8]) | int(d[9])<<8) & 0x3FFF, d[3] == 0x9D && d[4] == 0x01 && d[5] == 0x2A
	}
	return 0, 0, false
}

// keepPhoto is storePhoto for what people send.
func (s *Server) keepPhoto(data []byte) (*Photo, error) {
	p, err := s.storePhoto(&blob{data: data})
	if err != nil {
		return nil, err
	}
	return p, nil
}

func (r *request) document(name, value string) (*Document, *apiError) {
	b, err := r.input(name, value, false)
	if err != nil {
		return nil, err
	}
	if b.id == "" {
		if b.contentType == "" || b.contentType == "application/octet-stream" {
			b.contentType = http.DetectContentType(b.data)
		}
		b = r.s.files.put(b)
	}
	return &Document{FileID: b.id, Name: b.name, MIMEType: b.contentType, Size: len(b.data)}, nil
}

// fetchLoopback gets a URL of this machine and refuses all others, also after
// a redirect.
func fetchLoopback(ctx context.Context, address string) ([]byte, string, error) {
	dialer := &net.Dialer{Timeout: 5 * time.Second}
	transport := &http.Transport{DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
		host, _, err := net.SplitHostPort(addr)
		if err != nil {
			return nil, err
		}
		if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
			return nil, fmt.Errorf("%s is not on loopback", host)
		}
		return dialer.DialContext(ctx, network, addr)
	}}
	defer transport.CloseIdleConnections()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, "", err
	}
	res, err := (&http.Client{Transport: transport}).Do(req)
	if err != nil {
		return nil, "", err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, "", fmt.Errorf("get %s: %s", address, res.Status)
	}
	data, err := io.ReadAll(io.LimitReader(res.Body, maxURLFile+1))
	if err != nil {
		return nil, "", fmt.Errorf("get %s: %w", address, err)
	}
	return data, res.Header.Get("Content-Type"), nil
}
