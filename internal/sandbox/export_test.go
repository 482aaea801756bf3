package sandbox

// CutPages ends the event streams of all open pages.
func (s *Sandbox) CutPages() {
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	for page := range s.hub.pages {
		delete(s.hub.pages, page)
		close(page)
	}
}
