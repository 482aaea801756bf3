package locale

import "testing"

func TestSmoke(t *testing.T) {
	for _, l := range All() {
		p := New(l, nil)
		t.Log(p.T("ago.minutes", "Count", 5), p.H("start.hello_name", "Name", "<b>"), p.Tenge("1234567.8"), p.T("no.such"), len(load().keys[l]))
	}
}
