package main

import (
	"fmt"
	"net/http"
	"os"
	"strconv"
	"sync"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
)

// asBare makes the test binary be the reference that benchmarks are held
// against: the shortest tgbotapi program that does the same job, without a
// database, a pace, retries or a memory of what it sent.
const asBare = "NEWSBOT_TEST_AS_BARE"

// runBare is that program. Its arguments are the job and, for a broadcast, the
// first chat and how many chats there are.
func runBare(args []string) error {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = senders
	api, err := tgbotapi.NewBotAPIWithClient(os.Getenv("TELEGRAM_BOT_TOKEN"), os.Getenv("TELEGRAM_API_URL")+"/bot%s/%s", &http.Client{Transport: transport})
	if err != nil {
		return err
	}
	switch args[0] {
	case "broadcast":
		first, err := strconv.ParseInt(args[1], 10, 64)
		if err != nil {
			return err
		}
		count, err := strconv.ParseInt(args[2], 10, 64)
		if err != nil {
			return err
		}
		return bareBroadcast(api, first, count)
	case "echo":
		return bareEcho(api)
	}
	return fmt.Errorf("no job %q", args[0])
}

func bareBroadcast(api *tgbotapi.BotAPI, first, count int64) error {
	chats := make(chan int64)
	var group sync.WaitGroup
	var mu sync.Mutex
	var failed error
	for range senders {
		group.Go(func() {
			for chat := range chats {
				m := tgbotapi.NewMessage(chat, benchText)
				m.ParseMode = tgbotapi.ModeHTML
				if _, err := api.Send(m); err != nil {
					mu.Lock()
					failed = err
					mu.Unlock()
				}
			}
		})
	}
	for i := range count {
		chats <- first + i
	}
	close(chats)
	group.Wait()
	return failed
}

// bareEcho answers every message, as many at the same time as newsbot does.
func bareEcho(api *tgbotapi.BotAPI) error {
	u := tgbotapi.NewUpdate(0)
	u.Timeout = 30
	slots := make(chan struct{}, senders)
	for {
		updates, err := api.GetUpdates(u)
		if err != nil {
			return err
		}
		for _, update := range updates {
			u.Offset = update.UpdateID + 1
			if update.Message == nil {
				continue
			}
			slots <- struct{}{}
			go func() {
				defer func() { <-slots }()
				m := tgbotapi.NewMessage(update.Message.Chat.ID, benchText)
				if _, err := api.Send(m); err != nil {
					fmt.Fprintln(os.Stderr, err)
				}
			}()
		}
	}
}
