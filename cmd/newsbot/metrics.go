package main

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"newsbot/internal/outbox"
	"newsbot/internal/store"
)

// metrics is what /metrics tells. Labels are taken from small fixed sets:
// never a chat, a title or an address.
type metrics struct {
	registry   *prometheus.Registry
	deliveries *prometheus.CounterVec
	commands   *prometheus.HistogramVec
	jobs       *prometheus.HistogramVec
	failures   *prometheus.CounterVec
	updates    prometheus.Gauge
	roles      *prometheus.GaugeVec
}

func newMetrics(db *store.Store) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		deliveries: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "newsbot_deliveries_total", Help: "Attempts to deliver, by lane and result."}, []string{"lane", "result"}),
		commands: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "newsbot_command_seconds", Help: "Time from an update to its reply, by command.",
			Buckets: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10}}, []string{"command"}),
		jobs: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "newsbot_job_seconds", Help: "Time that a run of a job took.",
			Buckets: []float64{.01, .1, 1, 5, 15, 60, 300}}, []string{"job"}),
		failures: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "newsbot_failures_total", Help: "Commands and jobs that failed."}, []string{"kind", "name"}),
		updates: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "newsbot_updates_up", Help: "1 while Telegram answers the polls for updates."}),
		roles: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "newsbot_role", Help: "1 while this process holds the role."}, []string{"role"}),
	}
	m.registry.MustRegister(m.deliveries, m.commands, m.jobs, m.failures, m.updates, m.roles,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		backlog{db: db,
			pending: prometheus.NewDesc("newsbot_outbox_pending", "Deliveries that wait.", nil, nil),
			oldest:  prometheus.NewDesc("newsbot_outbox_oldest_seconds", "How long the oldest delivery that is due has waited.", nil, nil),
		})
	return m
}

func (m *metrics) outcome(d outbox.Delivery, o outbox.Outcome) {
	m.deliveries.WithLabelValues(laneName(d.Lane), resultName(o.Result)).Inc()
}

func (m *metrics) command(name string, took time.Duration, err error) {
	m.commands.WithLabelValues(name).Observe(took.Seconds())
	if err != nil {
		m.failures.WithLabelValues("command", name).Inc()
	}
}

func (m *metrics) job(name string, took time.Duration, err error) {
	m.jobs.WithLabelValues(name).Observe(took.Seconds())
	if err != nil {
		m.failures.WithLabelValues("job", name).Inc()
	}
}

// polling hears when updates stop or begin to come in.
func (m *metrics) polling(err error) {
	if err != nil {
		m.updates.Set(0)
		return
	}
	m.updates.Set(1)
}

// holds hears when this process gets or loses a role.
func (m *metrics) holds(role string, held bool) {
	value := 0.0
	if held {
		value = 1
	}
	m.roles.WithLabelValues(role).Set(value)
}

func laneName(l outbox.Lane) string {
	return [...]string{"reply", "breaking", "digest", "bulk"}[l]
}

func resultName(r outbox.Result) string {
	return [...]string{"sent", "retry", "flooded", "gone", "moved", "rejected"}[r]
}

// backlog reads the queue when it is asked for.
type backlog struct {
	db              *store.Store
	pending, oldest *prometheus.Desc
}

func (b backlog) Describe(ch chan<- *prometheus.Desc) { ch <- b.pending; ch <- b.oldest }

func (b backlog) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	pending, oldest, err := b.db.Backlog(ctx)
	if err != nil {
		ch <- prometheus.NewInvalidMetric(b.pending, err)
		return
	}
	waited := 0.0
	if !oldest.IsZero() {
		waited = max(0, time.Since(oldest).Seconds())
	}
	ch <- prometheus.MustNewConstMetric(b.pending, prometheus.GaugeValue, float64(pending))
	ch <- prometheus.MustNewConstMetric(b.oldest, prometheus.GaugeValue, waited)
}
