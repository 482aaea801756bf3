package sandbox

import (
	"encoding/json"
	"slices"
	"sync"
)

const (
	hubKeeps  = 2000 // events that a page can catch up with
	hubBuffer = 256  // events that a page may lag behind before it is cut off
)

// frame is an event as it goes to a page.
type frame struct {
	seq  int64
	data []byte // JSON: {"type": …, "data": …}
}

// hub gives every event to every open page. Each has a number, so that a page
// that lost its connection gets what it missed.
type hub struct {
	mu    sync.Mutex
	seq   int64
	kept  []frame
	pages map[chan frame]struct{}
}

func newHub() *hub { return &hub{pages: map[chan frame]struct{}{}} }

// publish never blocks: a page that does not read is cut off and comes back.
func (h *hub) publish(kind string, data any) {
	b, err := json.Marshal(struct {
		Type string `json:"type"`
		Data any    `json:"data"`
	}{kind, data})
	if err != nil {
		// Views are plain structs: they marshal or the program is wrong.
		panic("sandbox: marshal event " + kind + ": " + err.Error())
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.seq++
	f := frame{seq: h.seq, data: b}
	if len(h.kept) == hubKeeps {
		h.kept = slices.Delete(h.kept, 0, hubKeeps/4)
	}
	h.kept = append(h.kept, f)
	for page := range h.pages {
		select {
		case page <- f:
		default:
			delete(h.pages, page)
			close(page)
		}
	}
}

// last is the number of the newest event.
func (h *hub) last() int64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.seq
}

// subscribe returns the events after seq and those to come. ok is false when
// some of the former are forgotten, or when seq is of another run. The channel
// is closed when the page is too slow.
func (h *hub) subscribe(seq int64) (missed []frame, next <-chan frame, cancel func(), ok bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	ok = seq <= h.seq && (seq == h.seq || len(h.kept) > 0 && h.kept[0].seq <= seq+1)
	if ok {
		for i, f := range h.kept {
			if f.seq > seq {
				missed = slices.Clone(h.kept[i:])
				break
			}
		}
	}
	page := make(chan frame, hubBuffer)
	h.pages[page] = struct{}{}
	return missed, page, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		delete(h.pages, page)
	}, ok
}
