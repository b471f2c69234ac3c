"""Pages of public: those without an account in `apply`, `status`, `notices`; those of the desks in `desk`, `hand`."""
