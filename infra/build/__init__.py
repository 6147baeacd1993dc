"""What builds, locks and checks what is deployed: lock files, slimming, audit, words."""
