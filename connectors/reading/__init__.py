"""What every channel's reader needs: names and words made safe to show, whoever sent them."""
