// `make demo`.
