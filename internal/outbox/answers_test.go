package outbox

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// While an answer is made, what is not urgent waits for it, but not for long.
func TestPacerLetsAnswersBeMade(t *testing.T) {
	waited := func(t *testing.T, p *Pacer, lane Lane) time.Duration {
		began := time.Now()
		if err := p.Wait(t.Context(), lane, 7); err != nil {
			t.Error(err)
		}
		return time.Since(began)
	}
	synctest.Test(t, func(t *testing.T) {
		p := NewPacer(PacerOptions{PerChat: -1})
		for _, lane := range []Lane{LaneDigest, LaneBulk} {
			first, second := p.Answering(), p.Answering()
			time.AfterFunc(2*time.Millisecond, func() { first(); first() })
			time.AfterFunc(5*time.Millisecond, second)
			if got := waited(t, p, lane); got != 5*time.Millisecond {
				t.Errorf("lane %d: waited %s for two answers that took 5 ms", lane, got)
			}
			if got := waited(t, p, lane); got != 0 {
				t.Errorf("lane %d: waited %s for nothing", lane, got)
			}
			slow := p.Answering()
			if got := waited(t, p, lane); got != answerTime {
				t.Errorf("lane %d: waited %s for an answer that takes long", lane, got)
			}
			if got := waited(t, p, lane); got != 0 {
				t.Errorf("lane %d: waited %s more for an answer that takes long", lane, got)
			}
			slow()
		}
		slow := p.Answering()
		defer slow()
		for _, lane := range []Lane{LaneReply, LaneBreaking} {
			if got := waited(t, p, lane); got != 0 {
				t.Errorf("lane %d: waited %s", lane, got)
			}
		}
	})
}

// Who gives up while an answer is made is told so, and takes nothing of the rate.
func TestPacerGivesUpWhileAnswersAreMade(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := NewPacer(PacerOptions{Rate: 1, Burst: 1, PerChat: -1})
		defer p.Answering()()
		ctx, cancel := context.WithTimeout(t.Context(), answerTime/2)
		defer cancel()
		if err := p.Wait(ctx, LaneBulk, 7); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		began := time.Now()
		if err := p.Wait(t.Context(), LaneReply, 8); err != nil || time.Since(began) > 0 {
			t.Errorf("the next one waited %s, %v", time.Since(began), err)
		}
	})
}

func TestAnswersAtOnce(t *testing.T) {
	p := NewPacer(PacerOptions{PerChat: -1})
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 200 {
				done := p.Answering()
				if err := p.Wait(t.Context(), LaneReply, 1); err != nil {
					t.Error(err)
				}
				done()
			}
		})
		all.Go(func() {
			for range 200 {
				if err := p.Wait(t.Context(), LaneBulk, 2); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if n := p.answers.some.Load(); n != 0 || p.answers.made != nil {
		t.Errorf("%d answers are still being made", n)
	}
}
