# Builds one static binary and puts it alone into an empty image.
FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.version=${VERSION}" -o /out/newsbot ./cmd/newsbot
# What the final stage needs besides the binary: certificate authorities, a user
# and a directory for the data. Time zones are inside the binary.
RUN mkdir -p /out/root/etc/ssl/certs /out/root/data /out/root/tmp \
 && cp /etc/ssl/certs/ca-certificates.crt /out/root/etc/ssl/certs/ \
 && echo 'newsbot:x:10001:10001::/data:/sbin/nologin' > /out/root/etc/passwd \
 && echo 'newsbot:x:10001:' > /out/root/etc/group \
 && chmod 1777 /out/root/tmp

FROM scratch
COPY --from=build /out/root/ /
COPY --from=build --chown=10001:10001 /out/root/data /data
COPY --from=build /out/newsbot /newsbot
USER 10001:10001
WORKDIR /data
VOLUME /data
ENV HTTP_ADDR=0.0.0.0:8080 DATABASE_URL=sqlite:/data/newsbot.db
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=40s CMD ["/newsbot", "doctor", "--health"]
ENTRYPOINT ["/newsbot"]
CMD ["run"]
