// Command bare is what the benchmarks hold newsbot against: the shortest
// tgbotapi program that does the same job, without a database, a pace, retries
// or a memory of what it sent.
package main

import (
	"fmt"
	"net/http"
	"os"
	"strconv"
	"sync"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
)

// The number of connections and the text are newsbot's in the benchmarks.
const (
	senders = 32
	text    = "The bridge at Kapchagay is open again: traffic moves in both directions since this morning, police say."
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "bare:", err)
		os.Exit(1)
	}
}

// run does a job: echo, or broadcast with the first chat and how many there are.
func run(args []string) error {
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
				m := tgbotapi.NewMessage(chat, text)
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
				m := tgbotapi.NewMessage(update.Message.Chat.ID, text)
				if _, err := api.Send(m); err != nil {
					fmt.Fprintln(os.Stderr, err)
				}
			}()
		}
	}
}
