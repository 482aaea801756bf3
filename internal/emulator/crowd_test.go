package emulator

import (
	"net/http"
	"slices"
	"testing"
	"time"
)

func TestCrowd(t *testing.T) {
	s := start(t, func(o *Options) { o.Crowd, o.KeepTimes = Crowd{First: 9000, Count: 3}, true })
	before := time.Now()
	for _, chat := range []string{"9000", "9002", "9002", "501"} {
		must(t, s, nil, "sendMessage", "chat_id", chat, "text", "x")
	}
	said, err := s.Say(aida, aida, "y")
	if err != nil {
		t.Fatal(err)
	}
	must(t, s, nil, "copyMessages", "chat_id", "9001", "from_chat_id", "501", "message_ids", idsOf(t, said))
	refused(t, s, "Bad Request: chat not found", "sendMessage", "chat_id", "9003", "text", "x")
	refused(t, s, "Bad Request: message text is empty", "sendMessage", "chat_id", "9001", "text", " ")
	if got := s.Got(); !slices.Equal(got, []int{1, 1, 2}) {
		t.Errorf("the crowd got %v", got)
	}
	if times := s.SendTimes(); len(times) != 5 || times[0].Before(before) || !slices.IsSortedFunc(times, time.Time.Compare) {
		t.Errorf("times %v", times)
	}
	if s.Answered(http.StatusOK) != 5 || s.Answered(http.StatusBadRequest) != 2 || s.Answered(0) != 0 || s.Answered(-1) != 0 || s.Answered(999) != 0 {
		t.Errorf("answered %d, %d, %d", s.Answered(200), s.Answered(400), s.Answered(0))
	}
	s.AddUser(User{ID: 9001, FirstName: "Ann"})
	refused(t, s, "Forbidden: bot can't initiate conversation with a user", "sendMessage", "chat_id", "9001", "text", "x")
}

func TestLatencyVaries(t *testing.T) {
	s := start(t)
	s.Inject(Fault{Kind: Latency, Hang: 30 * time.Millisecond, Jitter: 20 * time.Millisecond})
	var took []time.Duration
	for range 20 {
		began := time.Now()
		must(t, s, nil, "sendMessage", "chat_id", "501", "text", "x")
		took = append(took, time.Since(began))
	}
	if shortest, longest := slices.Min(took), slices.Max(took); shortest < 10*time.Millisecond || shortest > 25*time.Millisecond || longest < 35*time.Millisecond {
		t.Errorf("answers took %s to %s", shortest, longest)
	}
}
