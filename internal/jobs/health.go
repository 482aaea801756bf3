package jobs

import (
	"context"
	"fmt"
	"time"

	"newsbot/internal/outbox"
	"newsbot/internal/store"
)

// When editors hear of a source, and how often of all of them. A source that fails
// for an hour at night is nobody's business; one that fails since the morning is.
const (
	tellFailures = 4
	tellAfter    = 6 * time.Hour
	tellPause    = time.Hour        // between two notices: what fails together is told together
	networkAfter = 15 * time.Minute // when the network is down
)

// SourceNews is what editors are to hear about sources, or about the network.
type SourceNews struct {
	Failing, Back, Quiet []store.SourceStatus
	NetworkSince         time.Time // the network is down since then
	NetworkBack          time.Time // it was down since then, and works again
}

// health tells editors what has become of sources: once when one fails for good
// reason or brings nothing any more, and once when it is back. Nothing is noted as
// told while there is nobody to tell.
func (j *Jobs) health(ctx context.Context) error {
	if j.SourceNews == nil {
		return nil
	}
	now := j.Now()
	if down, err := j.networkHealth(ctx, now); err != nil || down {
		return err // of the sources nothing is known now
	}
	_, toldAt, err := j.Store.Notice(ctx, store.NoticeSources)
	if err != nil {
		return err
	}
	if !toldAt.IsZero() && now.Sub(toldAt) < tellPause {
		return nil
	}
	sources, err := j.Store.Sources(ctx)
	if err != nil {
		return err
	}
	yields, err := j.Store.Yields(ctx, now.AddDate(0, 0, -store.YieldDays))
	if err != nil {
		return err
	}
	news, told := sourceNews(sources, yields, now)
	if len(told.Failing)+len(told.Back)+len(told.Quiet) == 0 {
		return nil
	}
	messages, err := j.SourceNews(ctx, news)
	if err != nil || len(messages) == 0 {
		return err
	}
	if err := j.Store.TellSources(ctx, now, told, keyed("sources", now, messages)...); err != nil {
		return err
	}
	j.Wake()
	return nil
}

// sourceNews finds what editors do not know yet.
func sourceNews(sources []store.SourceStatus, yields map[string]map[int64]int, now time.Time) (news SourceNews, told store.SourcesTold) {
	for _, src := range sources {
		long := src.Failures >= tellFailures && now.Sub(src.FailingAt) >= tellAfter && !src.Paused
		gone := src.Paused && src.PauseReason != ""
		switch {
		case src.ToldAt.IsZero() && (long || gone):
			news.Failing = append(news.Failing, src)
			told.Failing = append(told.Failing, src.ID)
		case !src.ToldAt.IsZero() && src.Failures == 0 && !src.Paused:
			news.Back = append(news.Back, src)
			told.Back = append(told.Back, src.ID)
		case src.QuietToldAt.IsZero() && store.YieldOf(src, yields[src.ID], now).Quiet:
			news.Quiet = append(news.Quiet, src)
			told.Quiet = append(told.Quiet, src.ID)
		}
	}
	return news, told
}

// networkHealth tells editors that nothing can be reached, and that it can again.
func (j *Jobs) networkHealth(ctx context.Context, now time.Time) (down bool, err error) {
	since := j.network.since()
	was, toldAt, err := j.Store.Notice(ctx, store.NoticeNetwork)
	if err != nil {
		return false, err
	}
	switch {
	case !since.IsZero() && toldAt.IsZero() && now.Sub(since) >= networkAfter:
		messages, err := j.SourceNews(ctx, SourceNews{NetworkSince: since})
		if err != nil || len(messages) == 0 {
			return true, err
		}
		if err := j.Store.TellNetwork(ctx, now, since, keyed("network", now, messages)...); err != nil {
			return true, err
		}
		j.Wake()
	case since.IsZero() && !toldAt.IsZero() && j.network.known():
		messages, err := j.SourceNews(ctx, SourceNews{NetworkBack: was})
		if err != nil {
			return false, err
		}
		if err := j.Store.TellNetwork(ctx, now, time.Time{}, keyed("network", now, messages)...); err != nil {
			return false, err
		}
		j.Wake()
	}
	return !since.IsZero(), nil
}

// keyed makes deliveries of messages to chats.
func keyed(topic string, now time.Time, messages map[int64]outbox.Message) []outbox.Delivery {
	list := make([]outbox.Delivery, 0, len(messages))
	for chat, m := range messages {
		list = append(list, outbox.Delivery{Key: fmt.Sprintf("%s:%d:%d", topic, now.UnixMilli(), chat), ChatID: chat, Lane: outbox.LaneReply, Message: m})
	}
	return list
}
